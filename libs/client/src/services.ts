import {
  BenchmarkOracleServiceService,
  ScorerServiceService,
  SearcherServiceService,
  type OracleApi,
  type ScorerApi,
  type SearcherApi,
} from '@gradsign/contracts';
import { connect, type ClientOptions, type Connection, type ConnectionOptions } from './client';

export const connectScorer = (options: ClientOptions): Connection<ScorerApi> => connect(ScorerServiceService, options);

export const connectOracle = (options: ClientOptions): Connection<OracleApi> =>
  connect(BenchmarkOracleServiceService, options);

export const connectSearcher = (options: ClientOptions): Connection<SearcherApi> =>
  connect(SearcherServiceService, options);

/** Addresses (`host:port`) of the services to connect to. */
export interface ClientsOptions extends ConnectionOptions {
  readonly oracle?: string;
  readonly scorer?: string;
  readonly searcher?: string;
}

interface Apis {
  readonly oracle: OracleApi;
  readonly scorer: ScorerApi;
  readonly searcher: SearcherApi;
}

/** Clients of the services that `createClients` got an address of. */
export type Clients<O extends ClientsOptions> = {
  readonly [K in keyof Apis as O[K] extends string ? K : never]: Apis[K];
} & { close(): void };

/** Connects to one or more of the services. Nothing is sent before the first call. */
export function createClients<O extends ClientsOptions>(options: O): Clients<O> {
  const { oracle, scorer, searcher, ...common } = options;
  const connections = {
    ...(oracle !== undefined && { oracle: connectOracle({ ...common, address: oracle }) }),
    ...(scorer !== undefined && { scorer: connectScorer({ ...common, address: scorer }) }),
    ...(searcher !== undefined && { searcher: connectSearcher({ ...common, address: searcher }) }),
  };
  const apis = Object.entries(connections).map(([name, { api }]) => [name, api]);
  const close = () => Object.values(connections).forEach((connection) => connection.close());
  return { ...Object.fromEntries(apis), close } as Clients<O>;
}
