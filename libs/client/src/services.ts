import {
  BenchmarkOracleServiceService,
  ScorerServiceService,
  SearcherServiceService,
  type OracleApi,
  type ScorerApi,
  type SearcherApi,
} from '@gradsign/contracts';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { connect, type ClientOptions, type Connection } from './client';

export const connectScorer = (options: ClientOptions): Connection<ScorerApi> =>
  connect(ScorerServiceService as unknown as ServiceDefinition, options);

export const connectOracle = (options: ClientOptions): Connection<OracleApi> =>
  connect(BenchmarkOracleServiceService as unknown as ServiceDefinition, options);

export const connectSearcher = (options: ClientOptions): Connection<SearcherApi> =>
  connect(SearcherServiceService as unknown as ServiceDefinition, options);
