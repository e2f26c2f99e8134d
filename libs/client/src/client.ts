import {
  credentials as channelCredentials,
  makeGenericClientConstructor,
  type ChannelCredentials,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import type { CallOptions } from '@gradsign/contracts';
import { clientStream, serverStream, unary, type GrpcMethod } from './calls';
import { Channel, serviceConfig } from './channel';

export interface ConnectionOptions {
  /** Deadline of a unary call; streams have none, they end with their connection or signal. Default 60,000. */
  readonly deadlineMs?: number;
  /** How long a call waits for a server to answer at all. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** Default: plaintext. */
  readonly credentials?: ChannelCredentials;
}

/** Options of a client. */
export interface ClientOptions extends ConnectionOptions {
  /** `host:port`; several addresses behind a name are used in turn. */
  readonly address: string;
}

/** A client and its connection. */
export interface Connection<Api> {
  readonly api: Api;
  close(): void;
}

/**
 * A client of a gRPC service as promises and async iterators. Errors are ServiceErrors with their typed details. A
 * stream that is left early is cancelled on the server. `CallOptions.caller` stays in the process: a server finds out
 * by itself who calls.
 */
export function connect<Api>(definition: ServiceDefinition, options: ClientOptions): Connection<Api> {
  const { address, deadlineMs = 60_000, connectTimeoutMs = 5_000 } = options;
  const constructor = makeGenericClientConstructor(definition, 'gradsign');
  const client = new constructor(address, options.credentials ?? channelCredentials.createInsecure(), {
    'grpc.service_config': JSON.stringify(serviceConfig(definition)),
    // A server that comes back after a restart is found soon.
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2_000,
    // A peer that vanished without a word ends its streams.
    'grpc.keepalive_time_ms': 60_000,
    'grpc.keepalive_timeout_ms': 20_000,
    // Services are reached directly, whatever the environment says of proxies for the web.
    'grpc.enable_http_proxy': 0,
  });
  const channel = new Channel(client, address, deadlineMs, connectTimeoutMs);
  const methods = Object.entries(definition).map(([name, { requestStream, responseStream }]) => {
    const call = (client as unknown as Record<string, GrpcMethod>)[name].bind(client);
    const kind = responseStream ? serverStream : requestStream ? clientStream : unary;
    return [name, (input: never, callOptions?: CallOptions) => kind(channel, call, input, callOptions)];
  });
  return { api: Object.fromEntries(methods) as Api, close: () => client.close() };
}
