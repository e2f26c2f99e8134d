import type {
  handleClientStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  sendUnaryData,
  ServerWritableStream,
  ServiceDefinition,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { ServiceError, type CallOptions } from '@gradsign/contracts';
import { endSpanOnCancel } from '@gradsign/telemetry';
import { RunningCall, type CallEnvironment, type ServerCall } from './running-call';

/** What the handlers of a server share. */
export interface HandlerOptions extends CallEnvironment {
  /** Largest response message in bytes. */
  readonly maxSendBytes: number;
}

type Method = (request: unknown, options: CallOptions) => unknown;

/** A service as grpc-js takes it. */
export interface Implementation {
  readonly definition: ServiceDefinition;
  readonly handlers: UntypedServiceImplementation;
}

/**
 * gRPC handlers for a service whose methods are promises and async iterators. Errors become gRPC statuses with typed
 * details; their causes are logged and never sent. Streams wait for a slow reader and stop when the caller is gone.
 * A stream of requests that its caller cancels may look like one that has ended (grpc-js clients close it first), so an
 * upload needs a length or a digest to be known as whole.
 * The handlers serialise the responses themselves, so that a response that cannot be sent is an error like any other.
 */
export function implementation(definition: ServiceDefinition, api: object, options: HandlerOptions): Implementation {
  const methods = Object.entries(definition);
  const handlers = methods.map(([name, { path, requestStream, responseStream, responseSerialize }]) => {
    const method = (api as Record<string, Method>)[name].bind(api);
    const [, service, rpc] = path.split('/');
    const handler = new Handler({ service, method: rpc }, method, responseSerialize, options);
    return [name, responseStream ? handler.serverStream : requestStream ? handler.clientStream : handler.unary];
  });
  const asBytes = (bytes: Buffer) => bytes;
  const serialized = methods.map(([name, method]) => [name, { ...method, responseSerialize: asBytes }]);
  return {
    definition: Object.fromEntries(serialized) as ServiceDefinition,
    handlers: Object.fromEntries(handlers) as UntypedServiceImplementation,
  };
}

class Handler {
  constructor(
    private readonly path: { readonly service: string; readonly method: string },
    private readonly method: Method,
    private readonly serialize: (message: unknown) => Buffer,
    private readonly options: HandlerOptions,
  ) {}

  readonly unary: handleUnaryCall<unknown, unknown> = (call, callback) => {
    void this.settle(call, call.request, callback);
  };

  readonly clientStream: handleClientStreamingCall<unknown, unknown> = (call, callback) => {
    void this.settle(call, call, callback);
  };

  readonly serverStream: handleServerStreamingCall<unknown, unknown> = (call) => {
    endSpanOnCancel(call);
    void this.stream(call);
  };

  private async settle(call: ServerCall, request: unknown, callback: sendUnaryData<unknown>): Promise<void> {
    const running = new RunningCall(call, this.path, this.options);
    try {
      const response = this.encode(await this.method(request, await running.admit()));
      running.succeed();
      callback(null, response);
    } catch (error) {
      callback(running.fail(error));
    }
  }

  private async stream(call: ServerWritableStream<unknown, unknown>): Promise<void> {
    const running = new RunningCall(call, this.path, this.options);
    const { signal } = running;
    try {
      const messages = this.method(call.request, await running.admit()) as AsyncIterable<unknown>;
      for await (const message of messages) {
        if (signal.aborted) break;
        if (!call.write(this.encode(message))) await drained(call, signal);
      }
      running.succeed();
      call.end();
    } catch (error) {
      const failure = running.fail(error);
      // A caller that has left cannot be told; its stream is destroyed already.
      if (!signal.aborted) call.emit('error', failure);
    }
  }

  private encode(message: unknown): Buffer {
    const bytes = this.serialize(message);
    const { maxSendBytes } = this.options;
    if (bytes.length > maxSendBytes) {
      const sentence = `the response has ${bytes.length} bytes, and at most ${maxSendBytes} are sent; ask for less at once`;
      throw new ServiceError('RESOURCE_EXHAUSTED', sentence, { reason: 'RESPONSE_TOO_LARGE' });
    }
    return bytes;
  }
}

/** Waits until the stream takes messages again, or the caller is gone. */
function drained(call: ServerWritableStream<unknown, unknown>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
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
