import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  CreateSearchRequest,
  parseDataset,
  SearchSpace,
  ServiceError,
  Split,
  toStatus,
  TrainingSet,
  TrainingState,
  type Benchmark,
  type CallOptions,
  type Evaluation,
  type OracleApi,
  type Proxy,
  type Score,
  type ScoreArchitecturesRequest,
  type ScorerApi,
  type Search,
  type SearchSpec,
  type Training,
  type TrainingSpec,
  type Trial,
} from '@gradsign/contracts';
import { SearchingService } from './searching-service';

/** A made-up number of an architecture in [0, 1): it depends on its text alone. */
export function hash(text: string, salt = 7): number {
  return [...text].reduce((h, c) => (h * 31 + c.charCodeAt(0)) % 9973, salt) / 9973;
}

export const rewardOf = (architecture: string) => 100 * hash(architecture);
export const secondsOf = (architecture: string) => 60 + Math.round(100 * hash(architecture, 11));
export const scoreOf = (architecture: string, proxy: string) => hash(proxy + architecture, 3);

const PROXIES = ['gradsign', 'snip', 'lower'].map((id) => ({
  id,
  higherIsBetter: id !== 'lower',
  population: false,
  defaultBatchSize: 64,
}));
/** The data sets whose images the made-up scorer has. */
const READABLE = ['cifar10', 'mnist', 'noise:cifar10'];

export const cifar10 = parseDataset('cifar10', 'dataset');

/** A table over all of NAS-Bench-201, and a trainer, without files and without training. */
export class FakeOracle {
  /** Called before each answer; may throw, or wait. */
  before: (call: string, architecture: string) => void | Promise<void> = () => undefined;
  /** Changes an evaluation before it is answered. */
  edit: (evaluation: Evaluation) => Evaluation = (evaluation) => evaluation;
  readonly evaluations: string[] = [];
  readonly trainings = new Map<string, Training>();
  readonly requestIds: string[] = [];
  readonly cancelled: string[] = [];
  /** The course of a training, as states that its watch gives. */
  course: (training: Training) => AsyncIterable<Training> = (training) => this.train(training);

  readonly benchmark: Benchmark = {
    id: 'made-up',
    description: '',
    space: SearchSpace.SEARCH_SPACE_NAS_BENCH_201,
    architectureCount: 15_625n,
    coverage: [
      { split: Split.SPLIT_VALID, epochs: 12, seeds: [777n], meanOverSeeds: true },
      { split: Split.SPLIT_VALID, epochs: 200, seeds: [], meanOverSeeds: true },
    ].map((line) => ({
      ...line,
      dataset: cifar10,
      trainingSet: TrainingSet.TRAINING_SET_HALF,
      architectureCount: 15_625n,
      bestAccuracy: 99,
      note: '',
    })),
    sourceFile: '',
    sourceSha256: '',
    importerVersion: '',
    importTime: undefined,
  };

  readonly api = {
    getBenchmark: async ({ benchmark }: { benchmark: string }) => {
      await this.before('getBenchmark', benchmark);
      if (benchmark !== this.benchmark.id) throw new ServiceError('NOT_FOUND', `there is no benchmark "${benchmark}"`);
      return { benchmark: this.benchmark };
    },
    getEvaluation: async ({ architecture }: { architecture: string }, options?: CallOptions) => {
      await abortable(this.before('getEvaluation', architecture), options);
      this.evaluations.push(architecture);
      const evaluation = {
        accuracy: rewardOf(architecture),
        trainSeconds: secondsOf(architecture),
        evalSeconds: 3,
        params: 1000n,
        flops: 2000,
        epochs: 12,
      } as Evaluation;
      return { evaluation: this.edit(evaluation) };
    },
    startTraining: async ({ spec, requestId }: { spec: TrainingSpec; requestId: string }) => {
      await this.before('startTraining', spec.architecture);
      this.requestIds.push(requestId);
      const name = `trainings/${this.trainings.size + 1}`;
      const training = { name, spec, state: TrainingState.TRAINING_STATE_QUEUED, curve: [] } as unknown as Training;
      this.trainings.set(name, training);
      return { training };
    },
    watchTraining: ({ name }: { name: string }, options?: CallOptions) =>
      this.watch(this.trainings.get(name)!, options),
    cancelTraining: async ({ name }: { name: string }) => {
      this.cancelled.push(name);
      return { training: this.trainings.get(name) };
    },
  } as unknown as OracleApi;

  private async *watch(training: Training, options?: CallOptions) {
    await abortable(this.before('watchTraining', training.spec!.architecture), options);
    for await (const state of this.course(training)) yield { training: state };
  }

  async *train(training: Training): AsyncGenerator<Training> {
    for (let step = 1; step <= 2; step++) {
      await nextTurn();
      yield { ...training, state: TrainingState.TRAINING_STATE_RUNNING, step, steps: 2 };
    }
    const validationAccuracy = rewardOf(training.spec!.architecture);
    const result = { validationAccuracy, testAccuracy: 50, params: 5n, flops: 6 } as Training['result'];
    yield { ...training, state: TrainingState.TRAINING_STATE_SUCCEEDED, result };
  }
}

/** Waits for work, but not longer than its caller. */
async function abortable(work: void | Promise<void>, { signal }: CallOptions = {}): Promise<void> {
  if (!work || !signal) return work;
  let abort = () => undefined as void;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(new ServiceError('CANCELLED', 'the caller has left'));
    signal.addEventListener('abort', abort);
  });
  await Promise.race([work, aborted]).finally(() => signal.removeEventListener('abort', abort));
}

/** Scores from the architectures' texts. */
export class FakeScorer {
  before: (architectures: readonly string[]) => void | Promise<void> = () => undefined;
  /** The value of a proxy for an architecture; may throw a ServiceError, which is told of this architecture. */
  value: (architecture: string, proxy: string) => number = scoreOf;
  readonly scored: string[][] = [];

  readonly api = {
    listProxies: async () => {
      await this.before([]);
      return { proxies: PROXIES as Proxy[] };
    },
    describeScorer: async () => ({ datasets: READABLE.map((name) => ({ dataset: parseDataset(name, 'dataset') })) }),
    scoreArchitectures: (request: ScoreArchitecturesRequest, options?: CallOptions) => this.score(request, options),
  } as unknown as ScorerApi;

  private async *score({ architectures, settings }: ScoreArchitecturesRequest, options?: CallOptions) {
    await abortable(this.before(architectures), options);
    this.scored.push([...architectures]);
    for (const [index, architecture] of architectures.entries()) {
      try {
        const scores = settings!.proxies.map(({ id }) => {
          const { higherIsBetter } = PROXIES.find((proxy) => proxy.id === id)!;
          return { value: this.value(architecture, id), higherIsBetter } as Score;
        });
        yield { index, scores, error: undefined };
      } catch (error) {
        yield { index, scores: [], error: toStatus(ServiceError.from(error)) };
      }
    }
  }
}

/** The fields of a specification; what is left out is as a client leaves it out. */
export type PartialSpec = Partial<SearchSpec>;

/** A specification as it comes over the wire: random search on the made-up benchmark, five trials. */
export function specOf(fields: PartialSpec = {}): SearchSpec {
  const { spec } = CreateSearchRequest.fromPartial({ spec: { seed: 1n } });
  return {
    ...spec!,
    space: SearchSpace.SEARCH_SPACE_NAS_BENCH_201,
    algorithm: { $case: 'random', value: {} },
    evaluation: benchmarkEvaluation(),
    budget: { trials: 5 },
    ...fields,
  };
}

/** 12 epochs of the half training set, validation accuracy, mean over seeds. */
export function benchmarkEvaluation(benchmark = 'made-up'): SearchSpec['evaluation'] & { $case: 'benchmark' } {
  return {
    $case: 'benchmark',
    value: {
      benchmark,
      reward: {
        dataset: cifar10,
        trainingSet: TrainingSet.TRAINING_SET_HALF,
        epochs: { value: { $case: 'count', value: 12 } },
        split: Split.SPLIT_VALID,
        seed: { value: { $case: 'meanOverSeeds', value: true } },
        epoch: 0,
      },
    },
  };
}

export const evolution = (populationSize = 4): SearchSpec['algorithm'] => ({
  $case: 'regularizedEvolution',
  value: { populationSize, tournamentSize: 3, mutation: 0, initialPoolSize: 0 },
});

export const guidance = (fields: Partial<NonNullable<SearchSpec['guidance']>> = {}): SearchSpec['guidance'] => ({
  proxies: [{ id: 'gradsign' }],
  poolSize: 4,
  data: undefined,
  guideInitial: false,
  secondsPerScore: 1,
  network: undefined,
  ...fields,
});

/** A service over the fakes, with what tests ask of it. */
export class Fixture {
  readonly oracle = new FakeOracle();
  readonly scorer = new FakeScorer();
  readonly service: SearchingService;

  constructor(now?: () => Date) {
    this.service = new SearchingService({ oracle: this.oracle.api, scorer: this.scorer.api, now });
  }

  async create(fields: PartialSpec = {}, requestId = ''): Promise<string> {
    const { search } = await this.service.createSearch({ spec: specOf(fields), requestId, displayName: '' });
    return search!.name;
  }

  async search(name: string): Promise<Search> {
    return (await this.service.getSearch({ name })).search!;
  }

  /** Waits until an event of the search passes the test. */
  async until(name: string, passes: (search?: Search, trial?: Trial) => boolean): Promise<void> {
    for await (const { event } of this.service.watchSearch({ name, cursor: '' })) {
      if (event?.$case === 'search' && passes(event.value)) return;
      if (event?.$case === 'trial' && passes(undefined, event.value)) return;
    }
    throw new Error('the search ended without such an event');
  }

  /** Waits for the search's end. */
  async end(name: string): Promise<Search> {
    for await (const _ of this.service.watchSearch({ name, cursor: '' }));
    return this.search(name);
  }

  async trials(name: string): Promise<Trial[]> {
    const { trials } = await this.service.listTrials({ parent: name, pageSize: 1000, pageToken: '', filter: '' });
    return trials;
  }

  /** Creates a search and waits for its end. */
  async run(fields: PartialSpec = {}): Promise<{ search: Search; trials: Trial[] }> {
    const name = await this.create(fields);
    const search = await this.end(name);
    return { search, trials: await this.trials(name) };
  }
}

/** What of a trial is the same in every run: not its name, nor the times of its events. */
export function essence({ name: _n, createTime: _c, startTime: _s, endTime: _e, ...rest }: Trial): Partial<Trial> {
  return rest;
}
