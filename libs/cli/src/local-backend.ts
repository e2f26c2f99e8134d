import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { BenchmarkStore } from '@gradsign/benchmarks';
import type { ComputePool } from '@gradsign/compute-pool';
import type { OracleApi, ScorerApi, SearcherApi } from '@gradsign/contracts';
import { createTrainerPool, openTrainings, OracleService, type Trainings } from '@gradsign/oracle';
import { DataSources, type DataSourcesOptions } from '@gradsign/requests';
import { ScoreTables, SHIPPED_SCORES } from '@gradsign/score-tables';
import { createScorerPool, ScoringService } from '@gradsign/scoring';
import { searchSpace } from '@gradsign/search-spaces';
import { SearchingService } from '@gradsign/searching';
import type { Backend } from './backend';
import { workerEnvironment } from './config';
import type { ConnectionOptions } from './options';
import { VERSION } from './version';

const QUEUE_LIMIT = 1024;

/** The three services' work in this process; their workers are processes of their own, started when needed. */
export class LocalBackend implements Backend {
  private readonly dump?: string;
  private readonly poolOptions;
  /** What has been started, the last first. */
  private readonly closers: (() => Promise<void> | void)[] = [];
  private scoring?: ScorerApi;
  private tables?: OracleApi;
  private searching?: SearcherApi;

  constructor(
    private readonly home: string,
    private readonly data: DataSourcesOptions,
    { workers, dump }: Pick<ConnectionOptions, 'workers' | 'dump'>,
  ) {
    this.dump = dump;
    const size = workers ?? availableParallelism();
    this.poolOptions = { size, queueLimit: QUEUE_LIMIT, environment: workerEnvironment() };
  }

  get scorer(): ScorerApi {
    return (this.scoring ??= this.createScorer());
  }

  get oracle(): OracleApi {
    return (this.tables ??= this.createOracle());
  }

  get searcher(): SearcherApi {
    return (this.searching ??= this.createSearcher());
  }

  async close(): Promise<void> {
    for (const close of this.closers.splice(0)) await close();
  }

  private createScorer(): ScorerApi {
    const pool = createScorerPool(this.poolOptions);
    this.closers.unshift(() => pool.close());
    const complain = ({ message }: Error) => void process.stderr.write(`${message}\n`);
    const tables = new ScoreTables([join(this.home, 'scores'), SHIPPED_SCORES], complain);
    const sources = new DataSources(this.data);
    return new ScoringService({ pool, sources, version: VERSION, tables, dump: this.dump });
  }

  private createOracle(): OracleApi {
    const store = new BenchmarkStore(join(this.home, 'benchmarks'), searchSpace);
    this.closers.unshift(() => store.close());
    return new OracleService({ store, trainings: () => this.openTrainings() });
  }

  private async openTrainings(): Promise<Trainings> {
    let pool: ComputePool | undefined;
    this.closers.unshift(() => pool?.close());
    const trainings = await openTrainings({
      pool: () => (pool ??= createTrainerPool(this.poolOptions)),
      data: this.data,
      folder: join(this.home, 'trainings'),
    });
    this.closers.unshift(() => trainings.close());
    return trainings;
  }

  private createSearcher(): SearcherApi {
    const { scorer, oracle } = this;
    const searching = new SearchingService({ scorer, oracle });
    this.closers.unshift(() => searching.close());
    return searching;
  }
}
