import type { EventEmitter } from 'node:events';
import { SpanStatusCode, trace } from '@opentelemetry/api';
import { attributes } from './attributes';

const CANCELLED = 1;

/**
 * Ends the server's span of a streaming call when the client cancels the call. Call it at the start of every handler
 * that streams responses, with the call, while the span is active.
 *
 * Needed because @opentelemetry/instrumentation-grpc ends such a span on `finish` or `error` only, and grpc-js destroys
 * a cancelled stream without either: the span, and with it the link between its children and the client, would be lost.
 */
export function endSpanOnCancel(call: EventEmitter): void {
  const span = trace.getActiveSpan();
  if (!span) return;
  call.once('cancelled', () => {
    if (!span.isRecording()) return;
    span.setAttribute(attributes.RPC_STATUS_CODE, CANCELLED);
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'CANCELLED' });
    span.end();
  });
}
