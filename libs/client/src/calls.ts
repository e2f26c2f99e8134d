import { once } from 'node:events';
import {
  Metadata,
  type ClientReadableStream,
  type ClientWritableStream,
  type ServiceError as GrpcError,
} from '@grpc/grpc-js';
import type { CallOptions } from '@gradsign/contracts';
import type { Channel } from './channel';

// The generated methods are typed one by one; here they are called by their kind.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type GrpcMethod = (...args: any[]) => any;

type Callback = (error: GrpcError | null, value?: unknown) => void;

/** A unary call, with the connection's deadline. */
export async function unary(
  channel: Channel,
  call: GrpcMethod,
  request: unknown,
  { signal }: CallOptions = {},
): Promise<unknown> {
  const deadline = Date.now() + channel.deadlineMs;
  await channel.ready(signal);
  return settle(channel, signal, (callback) => call(request, new Metadata(), { deadline }, callback));
}

/** A call with a stream of requests. An error of their source cancels the call and is what the caller gets. */
export async function clientStream(
  channel: Channel,
  call: GrpcMethod,
  requests: AsyncIterable<unknown>,
  { signal }: CallOptions = {},
): Promise<unknown> {
  await channel.ready(signal);
  const answered = new AbortController();
  let pump: Promise<void> | undefined;
  let sourceError: { error: unknown } | undefined;
  try {
    return await settle(channel, signal, (callback) => {
      const writable = call(new Metadata(), {}, callback) as ClientWritableStream<unknown>;
      pump = send(writable, requests, answered.signal).catch((error) => {
        if (answered.signal.aborted) return;
        sourceError = { error };
        writable.cancel();
      });
      return writable;
    });
  } catch (error) {
    throw sourceError ? sourceError.error : error;
  } finally {
    // A server may answer before it has read everything: the source ends then, too.
    answered.abort();
    await pump;
  }
}

async function send(
  writable: ClientWritableStream<unknown>,
  requests: AsyncIterable<unknown>,
  answered: AbortSignal,
): Promise<void> {
  for await (const request of requests) {
    if (answered.aborted) return;
    if (!writable.write(request)) await once(writable, 'drain', { signal: answered });
  }
  writable.end();
}

/** A call with a stream of responses, begun when it is iterated, without a deadline. Leaving the loop cancels it. */
export async function* serverStream(
  channel: Channel,
  call: GrpcMethod,
  request: unknown,
  { signal }: CallOptions = {},
): AsyncGenerator<unknown> {
  await channel.ready(signal);
  const readable = call(request, new Metadata(), {}) as ClientReadableStream<unknown>;
  const abort = () => readable.cancel();
  signal?.addEventListener('abort', abort);
  try {
    // Not destroyed on return: the call is to end by its cancellation, which traces know, before its stream does.
    for await (const message of readable.iterator({ destroyOnReturn: false })) yield message;
  } catch (error) {
    throw channel.error(error as GrpcError);
  } finally {
    signal?.removeEventListener('abort', abort);
    // Leaving the loop early does not cancel the call by itself: the server would run on.
    readable.on('error', () => {}).cancel();
  }
}

function settle(
  channel: Channel,
  signal: AbortSignal | undefined,
  start: (callback: Callback) => { cancel(): void },
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const abort = () => running.cancel();
    const running = start((error, value) => {
      signal?.removeEventListener('abort', abort);
      if (error) reject(channel.error(error));
      else resolve(value);
    });
    signal?.addEventListener('abort', abort);
  });
}
