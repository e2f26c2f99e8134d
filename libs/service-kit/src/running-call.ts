import type { EventEmitter } from 'node:events';
import { status, type ServerUnaryCall } from '@grpc/grpc-js';
import { errorCodeOf, ServiceError, type CallOptions } from '@gradsign/contracts';
import type { Logger, RpcServerMetrics } from '@gradsign/telemetry';
import { toWireError, type WireError } from './wire-error';

/** What every kind of grpc-js call has. */
export type ServerCall = Pick<
  ServerUnaryCall<unknown, unknown>,
  'metadata' | 'getPeer' | 'getAuthContext' | 'getDeadline'
> &
  EventEmitter;

/**
 * Tells who calls, from the call's metadata (tokens), its TLS certificate (`getAuthContext`) or its address.
 * @throws ServiceError UNAUTHENTICATED.
 */
export type Authenticator = (
  call: Pick<ServerCall, 'metadata' | 'getPeer' | 'getAuthContext'>,
) => string | Promise<string>;

/** What the calls of one server share. */
export interface CallEnvironment {
  readonly logger: Logger;
  readonly metrics: RpcServerMetrics;
  readonly authenticate: Authenticator;
  /** Calls that may run at once; more are refused. */
  readonly maxConcurrentCalls: number;
  /** Calls that run now. */
  inFlight: number;
}

/** Bugs and broken data; every other status is the caller's own affair. */
const SERVER_FAULTS: readonly string[] = ['INTERNAL', 'UNKNOWN', 'DATA_LOSS'];

/** A timer may fire this much before the time it was set for. */
const TIMER_SLACK_MS = 5;

/**
 * A call from its first byte until its method has ended: its abort signal, its place among the calls in flight, its
 * metrics, and its one line in the log. A method that goes on after its caller has left counts as in flight.
 */
export class RunningCall {
  private readonly abort = new AbortController();
  private readonly begin = performance.now();
  private readonly record: (code: number) => void;
  private caller?: string;
  private over = false;

  constructor(
    private readonly call: ServerCall,
    private readonly path: { readonly service: string; readonly method: string },
    private readonly environment: CallEnvironment,
  ) {
    this.record = environment.metrics.started(path);
    environment.inFlight++;
    call.on('cancelled', () => this.cancel());
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Lets the call in. @throws ServiceError RESOURCE_EXHAUSTED, UNAUTHENTICATED. */
  async admit(): Promise<CallOptions> {
    const { inFlight, maxConcurrentCalls, authenticate } = this.environment;
    if (inFlight > maxConcurrentCalls) {
      throw new ServiceError(
        'RESOURCE_EXHAUSTED',
        `the server answers ${maxConcurrentCalls} calls at once, its limit`,
        {
          reason: 'TOO_MANY_CALLS',
          metadata: { limit: String(maxConcurrentCalls) },
          retryAfterMs: 1000,
        },
      );
    }
    this.caller = await authenticate(this.call);
    return { signal: this.signal, caller: this.caller };
  }

  /** The method has ended well; a caller that had left before makes it a cancelled call all the same. */
  succeed(): void {
    if (this.signal.aborted) this.end(status[(this.signal.reason as ServiceError).code]);
    else this.end(status.OK);
  }

  /** The method has failed: what the caller is told. What a method throws after its caller has left is a consequence. */
  fail(error: unknown): WireError {
    const failure = this.signal.aborted ? (this.signal.reason as ServiceError) : ServiceError.from(error);
    const sent = toWireError(failure);
    this.end(sent.code, failure.message, this.signal.aborted ? error : failure.cause);
    return sent;
  }

  /** grpc-js tells of its own end as a cancellation too: that one comes after the method's end. */
  private cancel(): void {
    if (this.over) return;
    const late = Date.now() + TIMER_SLACK_MS >= Number(this.call.getDeadline());
    this.abort.abort(
      late
        ? new ServiceError('DEADLINE_EXCEEDED', "the call's deadline has passed")
        : new ServiceError('CANCELLED', 'the caller has left'),
    );
  }

  private end(code: status, message = 'answered', cause?: unknown): void {
    this.over = true;
    this.environment.inFlight--;
    this.record(code);
    const { service, method } = this.path;
    const name = code === status.OK ? 'OK' : errorCodeOf(code);
    const milliseconds = Math.round(performance.now() - this.begin);
    const fields = { method: `${service}/${method}`, code: name, caller: this.caller, milliseconds, err: cause };
    const level = code === status.OK ? 'debug' : SERVER_FAULTS.includes(name) ? 'error' : 'info';
    this.environment.logger[level](fields, message);
  }
}
