import {
  Augmentation,
  BuiltinDataset,
  DuplicatePolicy,
  MutationOperator,
  Profile,
  type Proxy,
  SearchSpace,
  SearchSpec,
  ServiceError,
  Split,
  TrainingSet,
  parseDataset,
  type TrainerOptions,
} from '@gradsign/contracts';
import { benchmarkEvaluation, cifar10, evolution, Fixture, guidance, specOf, type PartialSpec } from './test-support';

const fixture = new Fixture();
afterAll(() => fixture.service.close());

async function violations(fields: PartialSpec | undefined): Promise<string[]> {
  const spec = fields && specOf(fields);
  const { violations } = await fixture.service.validateSearch({ spec });
  return violations.map(({ field, description }) => `${field}: ${description}`);
}

const evolve = (fields: object): PartialSpec => {
  const algorithm = evolution(4) as SearchSpec['algorithm'] & { $case: 'regularizedEvolution' };
  return { algorithm: { ...algorithm, value: { ...algorithm.value, ...fields } } };
};
const reward = (fields: object): PartialSpec => {
  const evaluation = benchmarkEvaluation();
  return {
    evaluation: { ...evaluation, value: { ...evaluation.value, reward: { ...evaluation.value.reward!, ...fields } } },
  };
};
const training = (fields: object, trainer: Partial<TrainerOptions> = {}): PartialSpec => ({
  evaluation: {
    $case: 'training',
    value: { dataset: cifar10, network: undefined, trainer: trainer as TrainerOptions, seed: 0n, ...fields },
  },
});
const external = (seconds?: bigint): PartialSpec => ({
  evaluation: { $case: 'external', value: { trialTimeout: seconds === undefined ? undefined : { seconds, nanos: 0 } } },
});
const batch = (fields: object) => ({
  source: { $case: 'batch' as const, value: { digest: 'a'.repeat(64), dataset: cifar10, ...fields } },
  augmentation: 0,
});

const has = 'it has: cifar10 half 12 epochs valid (mean and seeds 777); cifar10 half 200 epochs valid (mean)';
const combination = `spec.benchmark.reward: "made-up" does not have this combination; ${has}`;
const images =
  "spec.constraints: a network can be counted only where its image shape and classes are known: the evaluation's data set must be one of cifar10, cifar100, imagenet16-120, mnist, noise:cifar10, noise:cifar100, noise:imagenet16-120, noise:mnist";

test.each<[string, PartialSpec, string]>([
  ['space absent', { space: 0 }, 'spec.space: a value is required; known: '],
  ['space unknown', { space: 77 as SearchSpace }, 'spec.space: 77 is not a search space; known: '],
  ['algorithm absent', { algorithm: undefined }, 'spec.algorithm: an algorithm is required'],
  [
    'algorithm not here',
    { algorithm: { $case: 'paretoEvolution', value: { populationSize: 0, costs: [] } } },
    'spec.pareto_evolution: this version does not have the algorithm pareto-rea; it has: random, g-random, rea, g-rea',
  ],
  [
    'population',
    evolve({ populationSize: -1 }),
    'spec.regularized_evolution.population_size: -1 is outside the range 1 to 10000',
  ],
  [
    'tournament',
    evolve({ tournamentSize: 10_001 }),
    'spec.regularized_evolution.tournament_size: 10001 is outside the range 1 to 10000',
  ],
  [
    'mutation',
    evolve({ mutation: 9 as MutationOperator }),
    'spec.regularized_evolution.mutation: 9 is not a value of this enum',
  ],
  [
    'assisted',
    evolve({ initialPoolSize: 50 }),
    'spec.regularized_evolution.initial_pool_size: 50 is given; this version does not have assisted initial populations (a-rea)',
  ],
  [
    'no proxies',
    { guidance: guidance({ proxies: [] }) },
    'spec.guidance.proxies: 0 proxies are given; between 1 and 64 are allowed',
  ],
  [
    'proxy without id',
    { guidance: guidance({ proxies: [{ id: '' }] }) },
    'spec.guidance.proxies[0].id: a value is required',
  ],
  [
    'proxy unknown',
    { guidance: guidance({ proxies: [{ id: 'gradsing' }] }) },
    'spec.guidance.proxies[0].id: "gradsing" is not a proxy; known: gradsign, snip, lower',
  ],
  [
    'images that the scorer does not have',
    {
      guidance: guidance({
        data: { source: { $case: 'dataset', value: parseDataset('cifar100', '') }, augmentation: 0 },
      }),
    },
    'spec.guidance.data.dataset: the scorer has no images of "cifar100"; it has: cifar10, mnist, noise:cifar10',
  ],
  [
    'proxy twice',
    { guidance: guidance({ proxies: [{ id: 'snip' }, { id: 'snip' }] }) },
    'spec.guidance.proxies[1].id: "snip" is given twice; a proxy may be given once',
  ],
  [
    'batch size',
    { guidance: guidance({ proxies: [{ id: 'snip', batchSize: 0 }] }) },
    'spec.guidance.proxies[0].batch_size: 0 is outside the range 1 to 4096',
  ],
  [
    'initializations',
    { guidance: guidance({ proxies: [{ id: 'snip', initializations: 1001 }] }) },
    'spec.guidance.proxies[0].initializations: 1001 is outside the range 1 to 1000',
  ],
  [
    'pool',
    { guidance: guidance({ poolSize: 10_001 }) },
    'spec.guidance.pool_size: 10001 is outside the range 1 to 10000',
  ],
  [
    'network',
    { guidance: guidance({ network: { variant: 0, channels: 300, cellsPerStage: 0 } }) },
    'spec.guidance.network.channels: 300 is outside the range 1 to 256 (0: the published value)',
  ],
  [
    'score data empty',
    { guidance: guidance({ data: { source: undefined, augmentation: 0 } }) },
    'spec.guidance.data: a data set or an uploaded batch is required',
  ],
  [
    'score data set',
    { guidance: guidance({ data: { source: { $case: 'dataset', value: { source: undefined } }, augmentation: 0 } }) },
    'spec.guidance.data.dataset: a data set is required',
  ],
  [
    'digest',
    { guidance: guidance({ data: batch({ digest: 'A1' }) }) },
    'spec.guidance.data.batch.digest: "A1" is not a lower-case hex SHA-256',
  ],
  [
    'augmented batch',
    { guidance: guidance({ data: { ...batch({}), augmentation: 2 } }) },
    'spec.guidance.data.augmentation: an uploaded batch is used as it is; augmentation must be none',
  ],
  [
    'batch size of a batch',
    { guidance: guidance({ data: batch({}), proxies: [{ id: 'snip', batchSize: 4 }] }) },
    'spec.guidance.proxies[0].batch_size: 4 is given with an uploaded batch, whose size is the batch size',
  ],
  [
    'augmentation',
    { guidance: guidance({ data: { ...batch({}), augmentation: 7 as Augmentation } }) },
    'spec.guidance.data.augmentation: 7 is not a value of this enum',
  ],
  [
    'external data',
    { ...external(), guidance: guidance() },
    'spec.guidance.data: a data set is required, as an external evaluation names none',
  ],
  [
    'seconds per score',
    { guidance: guidance({ secondsPerScore: undefined }), budget: { seconds: 100 } },
    'spec.guidance.seconds_per_score: a value is required under FAIR with a budget in seconds: a measured time differs from run to run, and the search would not be reproducible',
  ],
  [
    'seconds per score finite',
    { guidance: guidance({ secondsPerScore: Infinity }) },
    'spec.guidance.seconds_per_score: Infinity is not a finite number of at least 0',
  ],
  [
    'evaluation absent',
    { evaluation: undefined },
    'spec.evaluation: an evaluation is required: benchmark, training or external',
  ],
  ['benchmark absent', { evaluation: benchmarkEvaluation('') }, 'spec.benchmark.benchmark: a value is required'],
  [
    'benchmark unknown',
    { evaluation: benchmarkEvaluation('x') },
    'spec.benchmark.benchmark: there is no benchmark "x"',
  ],
  [
    'reward absent',
    { evaluation: { $case: 'benchmark', value: { benchmark: 'made-up', reward: undefined } } },
    'spec.benchmark.reward: a value is required',
  ],
  ['reward data set', reward({ dataset: undefined }), 'spec.benchmark.reward.dataset: a data set is required'],
  ['epochs absent', reward({ epochs: undefined }), 'spec.benchmark.reward.epochs: a value is required'],
  [
    'epochs final',
    reward({ epochs: { value: { $case: 'final', value: false } } }),
    'spec.benchmark.reward.epochs.final: it must be true',
  ],
  ['seed absent', reward({ seed: undefined }), 'spec.benchmark.reward.seed: a value is required'],
  [
    'mean',
    reward({ seed: { value: { $case: 'meanOverSeeds', value: false } } }),
    'spec.benchmark.reward.seed.mean_over_seeds: it must be true',
  ],
  [
    'split absent',
    reward({ split: 0 }),
    'spec.benchmark.reward.split: a value is required; known: train, valid, test, valid_and_test',
  ],
  [
    'split train',
    reward({ split: Split.SPLIT_TRAIN }),
    'spec.benchmark.reward.split: a reward is an accuracy on images that the network was not trained on',
  ],
  ['epoch', reward({ epoch: -1 }), 'spec.benchmark.reward.epoch: -1 is outside the range 0 to 100000'],
  ['not covered: training set', reward({ trainingSet: TrainingSet.TRAINING_SET_FULL }), combination],
  ['not covered: training set left out', reward({ trainingSet: 0 }), combination],
  ['not covered: epochs', reward({ epochs: { value: { $case: 'count', value: 13 } } }), combination],
  ['not covered: seed', reward({ seed: { value: { $case: 'seed', value: 1n } } }), combination],
  [
    'not covered: seed at that length',
    reward({ epochs: { value: { $case: 'final', value: true } }, seed: { value: { $case: 'seed', value: 777n } } }),
    combination,
  ],
  ['training data set', training({ dataset: undefined }), 'spec.training.dataset: a data set is required'],
  [
    'training network',
    training({ network: { variant: 0, channels: 0, cellsPerStage: 21 } }),
    'spec.training.network.cells_per_stage: 21 is outside the range 1 to 20 (0: the published value)',
  ],
  ['trainer epochs', training({}, { epochs: -3 }), 'spec.training.trainer.epochs: -3 is outside the range 1 to 1000'],
  [
    'trainer rate',
    training({}, { learningRate: NaN }),
    'spec.training.trainer.learning_rate: NaN is given; it must be greater than 0 and at most 100',
  ],
  [
    'trainer momentum',
    training({}, { momentum: 2 }),
    'spec.training.trainer.momentum: 2 is given; it must be at least 0 and less than 1',
  ],
  [
    'trainer decay',
    training({}, { weightDecay: Infinity }),
    'spec.training.trainer.weight_decay: Infinity is outside the range 0 to 1',
  ],
  ['timeout', external(0n), 'spec.external.trial_timeout: 0 s is outside the range 0.001 s to 2,000,000 s'],
  ['no budget', { budget: undefined }, 'spec.budget: at least one limit is required: seconds or trials'],
  ['empty budget', { budget: {} }, 'spec.budget: at least one limit is required: seconds or trials'],
  ['seconds', { budget: { seconds: 0 } }, 'spec.budget.seconds: 0 is not a finite number over 0'],
  [
    'seconds infinite',
    { budget: { seconds: Infinity } },
    'spec.budget.seconds: Infinity is not a finite number over 0',
  ],
  ['seconds NaN', { budget: { seconds: NaN } }, 'spec.budget.seconds: NaN is not a finite number over 0'],
  ['trials', { budget: { trials: 0 } }, 'spec.budget.trials: 0 is outside the range 1 to 1000000'],
  ['profile', { profile: 8 as Profile }, 'spec.profile: 8 is not a value of this enum'],
  ['duplicates', { duplicates: 8 as DuplicatePolicy }, 'spec.duplicates: 8 is not a value of this enum'],
  ['parallelism', { parallelism: 257 }, 'spec.parallelism: 257 is outside the range 1 to 256'],
  ['failures', { maxFailedTrials: -1 }, 'spec.max_failed_trials: -1 is outside the range 0 to 1000000'],
  ['attempts', { maxAttempts: 101 }, 'spec.max_attempts: 101 is outside the range 1 to 100'],
  [
    'params',
    { constraints: { maxParams: 0n } },
    'spec.constraints.max_params: 0 is outside the range 1 to 9007199254740991',
  ],
  ['flops', { constraints: { maxFlops: NaN } }, 'spec.constraints.max_flops: NaN is not a finite number over 0'],
  ['external constraints', { ...external(), constraints: { maxFlops: 1 } }, images],
  [
    'npy constraints',
    { ...training({ dataset: { source: { $case: 'npy', value: 'mine' } } }), constraints: { maxFlops: 1 } },
    images,
  ],
  [
    'warm start name',
    { warmStart: { searches: ['x'], architectures: [] } },
    `spec.warm_start.searches[0]: "x" is not a search's name`,
  ],
  [
    'warm start unknown',
    { warmStart: { searches: ['searches/1'], architectures: [] } },
    'spec.warm_start.searches[0]: there is no searches/1',
  ],
  [
    'too many searches',
    { warmStart: { searches: new Array<string>(101).fill('searches/1'), architectures: [] } },
    'spec.warm_start.searches: 101 entries are over the limit of 100',
  ],
  [
    'given architecture',
    { warmStart: { searches: [], architectures: ['|skip~0|'] } },
    'spec.warm_start.architectures[0]: ',
  ],
  [
    'too many given',
    { warmStart: { searches: [], architectures: new Array<string>(10_001).fill('') } },
    'spec.warm_start.architectures: 10001 entries are over the limit of 10000',
  ],
])('%s', async (_, fields, sentence) => {
  const found = await violations(fields);
  expect(found).toHaveLength(1);
  expect(found[0].slice(0, sentence.length)).toBe(sentence);
});

test('a specification is required, and one without anything wrong has no violations', async () => {
  expect(await violations(undefined)).toEqual(['spec: a value is required']);
  for (const fields of [
    {},
    evolve({}),
    { guidance: guidance() },
    { guidance: guidance({ data: batch({}) }) },
    training({}),
    external(3n),
    reward({ epochs: { value: { $case: 'final', value: true } } }),
    { guidance: guidance({ secondsPerScore: undefined }), budget: { seconds: 9 }, profile: Profile.PROFILE_PAPER },
    { constraints: { maxParams: 1n, maxFlops: 1 } },
  ]) {
    expect(await violations(fields)).toEqual([]);
  }
});

test('everything wrong is told at once, and nothing is created', async () => {
  const fields = {
    ...evolve({ populationSize: 99_999 }),
    budget: {},
    parallelism: -1,
    guidance: guidance({ proxies: [{ id: 'x' }] }),
  };
  const fieldsFound = (await violations(fields)).map((sentence) => sentence.split(':')[0]);
  expect(fieldsFound.toSorted()).toEqual([
    'spec.budget',
    'spec.guidance.proxies[0].id',
    'spec.parallelism',
    'spec.regularized_evolution.population_size',
  ]);
  await expect(fixture.create(fields)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', violations: { length: 4 } });
  const { searches } = await fixture.service.listSearches({ pageSize: 0, pageToken: '', filter: '', orderBy: '' });
  expect(searches).toEqual([]);
});

test('what this version does not have is UNIMPLEMENTED, unless something else is wrong too', async () => {
  const algorithm = { $case: 'bohb' as const, value: { numSamples: 0 } as never };
  await expect(fixture.create({ algorithm, guidance: guidance() })).rejects.toMatchObject({
    code: 'UNIMPLEMENTED',
    message: 'spec.bohb: this version does not have the algorithm g-bohb; it has: random, g-random, rea, g-rea',
  });
  await expect(fixture.create({ algorithm, budget: {} })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    violations: [{ field: 'spec.budget' }, { field: 'spec.bohb' }],
  });
});

test('a proxy that ranks a population guides no search', async () => {
  const ranked = new Fixture();
  ranked.scorer.api.listProxies = async () => ({ proxies: [{ id: 'az_nas', population: true } as Proxy] });
  const spec = { guidance: guidance({ proxies: [{ id: 'az_nas' }] }) };
  await expect(ranked.create(spec)).rejects.toMatchObject({
    code: 'UNIMPLEMENTED',
    message:
      'spec.guidance.proxies[0].id: "az_nas" ranks a population; this version guides by proxies of single architectures',
  });
  await ranked.service.close();
});

test('a benchmark of another space does not fit', async () => {
  fixture.oracle.benchmark.space = SearchSpace.SEARCH_SPACE_ZEN;
  const found = await violations({});
  fixture.oracle.benchmark.space = SearchSpace.SEARCH_SPACE_NAS_BENCH_201;
  expect(found).toEqual(['spec.benchmark.benchmark: "made-up" has architectures of zen, not of the search\'s space']);
});

test('a service that is needed and away fails the check', async () => {
  const away = new Fixture();
  const refuse = () => {
    throw new ServiceError('UNAVAILABLE', 'connection refused');
  };
  away.oracle.before = refuse;
  await expect(away.service.validateSearch({ spec: specOf() })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: 'the benchmark oracle, which this specification needs, cannot be reached: connection refused',
  });
  away.oracle.before = () => undefined;
  away.scorer.before = refuse;
  expect((await away.service.validateSearch({ spec: specOf() })).violations).toEqual([]);
  await expect(away.create({ guidance: guidance() })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: 'the scorer, which this specification needs, cannot be reached: connection refused',
  });
});

test('defaults are filled in', async () => {
  const given = specOf({
    algorithm: {
      $case: 'regularizedEvolution',
      value: { populationSize: 0, tournamentSize: 0, mutation: 0, initialPoolSize: 0 },
    },
    guidance: guidance({ poolSize: 0, secondsPerScore: undefined }),
  });
  const { spec } = await fixture.service.validateSearch({ spec: given });
  expect(spec).toMatchObject({
    profile: Profile.PROFILE_FAIR,
    parallelism: 1,
    maxAttempts: 3,
    maxFailedTrials: 0,
    duplicates: 1,
    seed: 1n,
    algorithm: {
      value: { populationSize: 10, tournamentSize: 3, mutation: MutationOperator.MUTATION_OPERATOR_PUBLISHED },
    },
    guidance: {
      poolSize: 10,
      scoreSeed: 42n,
      guideInitial: false,
      data: {
        source: { $case: 'dataset', value: { source: { value: BuiltinDataset.BUILTIN_DATASET_CIFAR10 } } },
        augmentation: 1,
      },
      network: { variant: 1, channels: 0, cellsPerStage: 0 },
    },
  });
  // Complete is complete: nothing is filled in twice, and the request is left alone.
  expect((await fixture.service.validateSearch({ spec })).spec).toEqual(spec);
  expect(given.parallelism).toBe(0);
  const trained = await fixture.service.validateSearch({ spec: specOf({ ...training({}), guidance: guidance() }) });
  expect(trained.spec!.evaluation!.value).toMatchObject({
    network: { variant: 1 },
    trainer: {
      epochs: 3,
      batchSize: 64,
      learningRate: 0.1,
      momentum: 0.9,
      weightDecay: 0.0005,
      nesterov: true,
      augmentation: 1,
    },
  });
});

test('a specification survives the wire', async () => {
  for (const fields of [evolve({}), { guidance: guidance() }, training({}), external(1n)]) {
    const { spec } = await fixture.service.validateSearch({ spec: specOf(fields) });
    expect(SearchSpec.decode(SearchSpec.encode(spec!).finish())).toEqual(spec);
  }
});
