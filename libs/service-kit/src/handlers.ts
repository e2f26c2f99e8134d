import type { EventEmitter } from 'node:events';
import type {
  handleClientStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  ServerDuplexStream,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
  ServiceDefinition,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { status } from '@grpc/grpc-js';
import { ServiceError, toGrpcError, type CallOptions } from '@gradsign/contracts';
import { createRpcServerMetrics, endSpanOnCancel, type Logger, type RpcServerMetrics } from '@gradsign/telemetry';

/** Tells who calls, from the call's metadata and peer. @throws ServiceError UNAUTHENTICATED. */
export type Authenticator = (call: AnyCall) => string;

/** What the handlers of a server share. */
export interface HandlerOptions {
  readonly logger: Logger;
  readonly authenticate: Authenticator;
}

type AnyCall =
  | ServerUnaryCall<unknown, unknown>
  | ServerReadableStream<unknown, unknown>
  | ServerWritableStream<unknown, unknown>
  | ServerDuplexStream<unknown, unknown>;

type Method = (request: unknown, options: CallOptions) => unknown;

/**
 * gRPC handlers for a service whose methods are promises and async iterators. Errors become gRPC statuses with typed
 * details; their causes are logged and never sent. Streams wait for a slow reader and stop when the caller is gone.
 */
export function implementation(
  definition: ServiceDefinition,
  api: object,
  options: HandlerOptions,
): UntypedServiceImplementation {
  const metrics = createRpcServerMetrics();
  const entries = Object.entries(definition).map(([name, { path, requestStream, responseStream }]) => {
    const method = (api as Record<string, Method>)[name].bind(api);
    const call = new Handler(path, method, metrics, options);
    if (responseStream) return [name, call.serverStream] as const;
    return [name, requestStream ? call.clientStream : call.unary] as const;
  });
  return Object.fromEntries(entries);
}

class Handler {
  private readonly service: string;
  private readonly name: string;

  constructor(
    path: string,
    private readonly method: Method,
    private readonly metrics: RpcServerMetrics,
    private readonly options: HandlerOptions,
  ) {
    [, this.service, this.name] = path.split('/');
  }

  readonly unary: handleUnaryCall<unknown, unknown> = (call, callback) => {
    void this.settle(call, (options) => this.method(call.request, options) as Promise<unknown>, callback);
  };

  readonly clientStream: handleClientStreamingCall<unknown, unknown> = (call, callback) => {
    void this.settle(call, (options) => this.method(call, options) as Promise<unknown>, callback);
  };

  readonly serverStream: handleServerStreamingCall<unknown, unknown> = (call) => {
    endSpanOnCancel(call);
    void this.stream(call);
  };

  private async settle(
    call: ServerUnaryCall<unknown, unknown> | ServerReadableStream<unknown, unknown>,
    run: (options: CallOptions) => Promise<unknown>,
    callback: (error: ReturnType<typeof toGrpcError> | null, value?: unknown) => void,
  ): Promise<void> {
    const finished = this.metrics.started({ service: this.service, method: this.name });
    const abort = abortOnCancel(call);
    try {
      const response = await run({ signal: abort.signal, caller: this.options.authenticate(call) });
      finished(status.OK);
      callback(null, response);
    } catch (error) {
      callback(this.fail(error, finished));
    }
  }

  private async stream(call: ServerWritableStream<unknown, unknown>): Promise<void> {
    const finished = this.metrics.started({ service: this.service, method: this.name });
    const abort = abortOnCancel(call);
    try {
      const options = { signal: abort.signal, caller: this.options.authenticate(call) };
      for await (const message of this.method(call.request, options) as AsyncIterable<unknown>) {
        if (abort.signal.aborted) break;
        if (!call.write(message)) await drained(call, abort.signal);
      }
      finished(abort.signal.aborted ? status.CANCELLED : status.OK);
      call.end();
    } catch (error) {
      const failure = this.fail(error, finished);
      // A destroyed stream has nobody to tell.
      if (!abort.signal.aborted) call.emit('error', failure);
    }
  }

  private fail(error: unknown, finished: (code: number) => void): ReturnType<typeof toGrpcError> {
    const failure = ServiceError.from(error);
    const details = { method: `${this.service}/${this.name}`, code: failure.code, err: failure.cause };
    if (failure.code === 'INTERNAL') this.options.logger.error(details, failure.message);
    else this.options.logger.debug(details, failure.message);
    const sent = toGrpcError(failure);
    finished(sent.code);
    return sent;
  }
}

/** Aborted when the client cancels, disappears, or its deadline passes. */
function abortOnCancel(call: AnyCall): AbortController {
  const abort = new AbortController();
  (call as EventEmitter).on('cancelled', () =>
    abort.abort(new ServiceError('CANCELLED', 'the caller is gone, or its deadline has passed')),
  );
  return abort;
}

/** Waits until the stream takes messages again, or the caller is gone. */
function drained(call: ServerWritableStream<unknown, unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      call.off('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    call.on('drain', done);
    signal.addEventListener('abort', done);
  });
}
