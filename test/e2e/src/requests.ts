import {
  Augmentation,
  BuiltinDataset,
  Engine,
  NetworkVariant,
  ScoreSettings,
  SearchSpace,
  SearchSpec,
  TrainerOptions,
  type Dataset,
  type NetworkOptions,
  type TrainingSpec,
} from '@gradsign/contracts';

export const CELL = '|nor_conv_3x3~0|+|skip_connect~0|avg_pool_3x3~1|+|nor_conv_1x1~0|none~1|nor_conv_3x3~2|';
export const OTHER_CELL = '|nor_conv_1x1~0|+|nor_conv_3x3~0|none~1|+|skip_connect~0|none~1|avg_pool_3x3~2|';

export const NAS_BENCH_201 = SearchSpace.SEARCH_SPACE_NAS_BENCH_201;
export const mnist: Dataset = { source: { $case: 'builtin', value: BuiltinDataset.BUILTIN_DATASET_MNIST } };
export const cifar10: Dataset = { source: { $case: 'builtin', value: BuiltinDataset.BUILTIN_DATASET_CIFAR10 } };

/** The smallest network that has every part of a real one. */
export const small: NetworkOptions = {
  variant: NetworkVariant.NETWORK_VARIANT_STANDARD,
  channels: 4,
  cellsPerStage: 1,
};

/** A real training of a tenth of a second. */
export const quickTrainer: TrainerOptions = {
  ...TrainerOptions.create(),
  epochs: 1,
  batchSize: 32,
  trainSamples: 64,
  validationSamples: 32,
  testSamples: 32,
  imageSize: 8,
};

/** Settings of a score of GradSign on eight MNIST images. */
export function scoreSettings(change: Partial<ScoreSettings> = {}): ScoreSettings {
  return {
    proxies: [{ id: 'gradsign', batchSize: 8, initializations: undefined }],
    data: { source: { $case: 'dataset', value: mnist }, augmentation: Augmentation.AUGMENTATION_NONE },
    network: small,
    seed: 42n,
    engine: Engine.ENGINE_UNSPECIFIED,
    device: '',
    recompute: false,
    ...change,
  };
}

export function trainingSpec(change: Partial<TrainingSpec> = {}): TrainingSpec {
  return {
    space: NAS_BENCH_201,
    architecture: CELL,
    dataset: mnist,
    network: small,
    trainer: quickTrainer,
    seed: 0n,
    ...change,
  };
}

/** Evolution with a population of two, guided by GradSign, with rewards from real trainings. */
export function guidedSearch(trials: number, change: Partial<SearchSpec> = {}): SearchSpec {
  return {
    ...SearchSpec.create(),
    space: NAS_BENCH_201,
    algorithm: {
      $case: 'regularizedEvolution',
      value: { populationSize: 2, tournamentSize: 2, mutation: 0, initialPoolSize: 0 },
    },
    guidance: {
      proxies: [{ id: 'gradsign', batchSize: 8, initializations: undefined }],
      poolSize: 3,
      data: { source: { $case: 'dataset', value: mnist }, augmentation: Augmentation.AUGMENTATION_NONE },
      scoreSeed: undefined,
      guideInitial: false,
      secondsPerScore: undefined,
      network: small,
    },
    evaluation: {
      $case: 'training',
      value: { dataset: mnist, network: small, trainer: quickTrainer, seed: 0n },
    },
    budget: { seconds: undefined, trials },
    ...change,
  };
}
