import { context, metrics, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Attributes, Meter, Span, Tracer } from '@opentelemetry/api';

/** The tracer of a package. Its spans go nowhere until telemetry is started. */
export function tracer(name: string): Tracer {
  return trace.getTracer(name);
}

/** The meter of a package. Ask for it after telemetry has started: an instrument made before that stays silent. */
export function meter(name: string): Meter {
  return metrics.getMeter(name);
}

/**
 * Runs `fn` in a new span that is a child of the active one, and ends the span when `fn` has settled. What `fn` throws
 * is recorded as an exception, turns the span's status to ERROR, and is thrown on.
 */
export async function withSpan<T>(
  name: string,
  attributes: Attributes,
  fn: (span: Span) => T | Promise<T>,
): Promise<T> {
  return tracer('gradsign').startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await fn(span);
    } catch (error) {
      const cause = error instanceof Error ? error : new Error(String(error));
      span.recordException(cause);
      span.setStatus({ code: SpanStatusCode.ERROR, message: cause.message });
      throw error;
    } finally {
      span.end();
    }
  });
}

/**
 * `withSpan` at the root of a trace of its own, whatever span is active: for work that outlives the request that began
 * it.
 */
export function withRootSpan<T>(name: string, attributes: Attributes, fn: (span: Span) => T | Promise<T>): Promise<T> {
  return context.with(ROOT_CONTEXT, () => withSpan(name, attributes, fn));
}
