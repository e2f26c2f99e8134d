import {
  Client,
  credentials,
  makeGenericClientConstructor,
  Metadata,
  type CallOptions as GrpcCallOptions,
  type ChannelCredentials,
  type ClientReadableStream,
  type ServiceDefinition,
  type ServiceError as GrpcError,
} from '@grpc/grpc-js';
import { fromGrpcError, ServiceError, type CallOptions } from '@gradsign/contracts';

/** Options of a client. */
export interface ClientOptions {
  /** `host:port`; several addresses behind a name are used in turn. */
  readonly address: string;
  /** Deadline of a call that has none of its own; streams have none. Default 60 s. */
  readonly deadlineMs?: number;
  /** Default: plaintext. */
  readonly credentials?: ChannelCredentials;
}

/** A client and its connection. */
export interface Connection<Api> {
  readonly api: Api;
  close(): void;
}

/** Methods whose repetition changes nothing: they are retried while a server is away. */
const IDEMPOTENT = /^\/[^/]+\/(Get|BatchGet|List|Describe|Validate)/;

/**
 * A client of a gRPC service as promises and async iterators. Errors are ServiceErrors with their typed details. A
 * stream that is left early is cancelled on the server.
 */
export function connect<Api>(definition: ServiceDefinition, options: ClientOptions): Connection<Api> {
  const { address, deadlineMs = 60_000, credentials: channel = credentials.createInsecure() } = options;
  const constructor = makeGenericClientConstructor(definition, 'gradsign');
  const client = new constructor(address, channel, {
    'grpc.service_config': JSON.stringify(serviceConfig(definition)),
    'grpc.max_receive_message_length': 16 * 1024 * 1024,
  });
  const methods = Object.entries(definition).map(([name, { requestStream, responseStream }]) => {
    const call = (client as unknown as Record<string, GrpcMethod>)[name].bind(client);
    if (responseStream) return [name, (request: unknown, o?: CallOptions) => stream(call, request, o)];
    if (requestStream) {
      return [name, (requests: AsyncIterable<unknown>, o?: CallOptions) => upload(call, requests, o)];
    }
    return [name, (request: unknown, o?: CallOptions) => unary(call, request, deadlineMs, o)];
  });
  return { api: Object.fromEntries(methods) as Api, close: () => (client as Client).close() };
}

// The generated methods are typed one by one; here they are called by their kind.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type GrpcMethod = (...args: any[]) => any;

function serviceConfig(definition: ServiceDefinition) {
  const retried = Object.values(definition)
    .map(({ path }) => path)
    .filter((path) => IDEMPOTENT.test(path))
    .map((path) => ({ service: path.split('/')[1], method: path.split('/')[2] }));
  const retryPolicy = {
    maxAttempts: 4,
    initialBackoff: '0.1s',
    maxBackoff: '1s',
    backoffMultiplier: 2,
    retryableStatusCodes: ['UNAVAILABLE'],
  };
  return { loadBalancingConfig: [{ round_robin: {} }], methodConfig: [{ name: retried, retryPolicy }] };
}

function unary(call: GrpcMethod, request: unknown, deadlineMs: number, options: CallOptions = {}): Promise<unknown> {
  return settle(options, (callback) =>
    call(request, new Metadata(), { deadline: Date.now() + deadlineMs } satisfies GrpcCallOptions, callback),
  );
}

async function upload(call: GrpcMethod, requests: AsyncIterable<unknown>, options: CallOptions = {}): Promise<unknown> {
  return settle(options, (callback) => {
    const writable = call(new Metadata(), {}, callback);
    void (async () => {
      try {
        for await (const request of requests) {
          if (!writable.write(request)) await new Promise((resolve) => writable.once('drain', resolve));
        }
        writable.end();
      } catch {
        writable.cancel();
      }
    })();
    return writable;
  });
}

function settle(
  { signal }: CallOptions,
  start: (callback: (error: GrpcError | null, value?: unknown) => void) => { cancel(): void },
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled());
    const abort = () => running.cancel();
    const running = start((error, value) => {
      signal?.removeEventListener('abort', abort);
      if (error) reject(fromGrpcError(error));
      else resolve(value);
    });
    signal?.addEventListener('abort', abort);
  });
}

async function* stream(call: GrpcMethod, request: unknown, { signal }: CallOptions = {}): AsyncGenerator<unknown> {
  if (signal?.aborted) throw cancelled();
  const readable = call(request, new Metadata(), {}) as ClientReadableStream<unknown>;
  const abort = () => readable.cancel();
  signal?.addEventListener('abort', abort);
  try {
    for await (const message of readable) yield message;
  } catch (error) {
    throw fromGrpcError(error as GrpcError);
  } finally {
    signal?.removeEventListener('abort', abort);
    // Leaving the loop early does not cancel the call by itself: the server would run on.
    readable.cancel();
  }
}

function cancelled(): ServiceError {
  return new ServiceError('CANCELLED', 'the call was cancelled before it began');
}
