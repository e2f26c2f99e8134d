import type { OracleApi, ScorerApi, SearcherApi } from '@gradsign/contracts';

/** The three services, wherever they run; each is connected to or made when it is first used. */
export interface Backend {
  readonly scorer: ScorerApi;
  readonly oracle: OracleApi;
  readonly searcher: SearcherApi;
  close(): Promise<void>;
}
