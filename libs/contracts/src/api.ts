import type { handleClientStreamingCall, handleServerStreamingCall, handleUnaryCall } from '@grpc/grpc-js';
import type { BenchmarkOracleServiceServer } from './gen/gradsign/benchmark/v1/benchmark';
import type { ScorerServiceServer } from './gen/gradsign/scorer/v1/scorer';
import type { SearcherServiceServer } from './gen/gradsign/searcher/v1/searcher';

/** What surrounds a call, on both sides of the wire. */
export interface CallOptions {
  /** Aborted when the caller is gone, has cancelled, or its deadline has passed. */
  readonly signal?: AbortSignal;
  /** Identity of the caller; owner of what the call creates. */
  readonly caller?: string;
}

/**
 * A gRPC service as promises and async iterators. The application libraries implement it, services put a port in
 * front of it (`service-kit`), clients implement it over the wire (`client`); so code that is written against it
 * works in the process and against running services alike. Methods throw `ServiceError`.
 */
export type Api<Server> = {
  [K in keyof Server as string extends K ? never : K]: Server[K] extends handleUnaryCall<infer Q, infer R>
    ? (request: Q, options?: CallOptions) => Promise<R>
    : Server[K] extends handleServerStreamingCall<infer Q, infer R>
      ? (request: Q, options?: CallOptions) => AsyncIterable<R>
      : Server[K] extends handleClientStreamingCall<infer Q, infer R>
        ? (requests: AsyncIterable<Q>, options?: CallOptions) => Promise<R>
        : never;
};

export type OracleApi = Api<BenchmarkOracleServiceServer>;
export type ScorerApi = Api<ScorerServiceServer>;
export type SearcherApi = Api<SearcherServiceServer>;
