import {
  Augmentation,
  BuiltinDataset,
  DuplicatePolicy,
  MutationOperator,
  NetworkVariant,
  Profile,
  TrainingSet,
  type Dataset,
  type EvaluationSettings,
  type Guidance,
  type NetworkOptions,
  type SearchSpec,
  type TrainerOptions,
} from '@gradsign/contracts';
import { ALGORITHM_DEFAULTS } from '@gradsign/algorithms';

/** The seed of scores, whatever the search's seed, so that scores match those of a score table. */
export const DEFAULT_SCORE_SEED = 42n;

/** The specification with every default filled in; what is wrong stays as it is. The argument is left alone. */
export function withDefaults(spec: SearchSpec): SearchSpec {
  const evaluation = withEvaluationDefaults(spec.evaluation);
  return {
    ...spec,
    algorithm: withAlgorithmDefaults(spec.algorithm),
    evaluation,
    guidance: spec.guidance && withGuidanceDefaults(spec.guidance, evaluation),
    profile: spec.profile || Profile.PROFILE_FAIR,
    parallelism: spec.parallelism || 1,
    maxAttempts: spec.maxAttempts || 3,
    duplicates: spec.duplicates || DuplicatePolicy.DUPLICATE_POLICY_EVALUATE,
  };
}

function withAlgorithmDefaults(algorithm: SearchSpec['algorithm']): SearchSpec['algorithm'] {
  if (algorithm?.$case !== 'regularizedEvolution') return algorithm;
  const { populationSize, tournamentSize, mutation, initialPoolSize } = algorithm.value;
  return {
    $case: algorithm.$case,
    value: {
      populationSize: populationSize || ALGORITHM_DEFAULTS.populationSize,
      tournamentSize: tournamentSize || ALGORITHM_DEFAULTS.tournamentSize,
      mutation: mutation || MutationOperator.MUTATION_OPERATOR_PUBLISHED,
      initialPoolSize,
    },
  };
}

function withEvaluationDefaults(evaluation: SearchSpec['evaluation']): SearchSpec['evaluation'] {
  if (evaluation?.$case === 'benchmark') {
    const { reward } = evaluation.value;
    return { $case: 'benchmark', value: { ...evaluation.value, reward: reward && rewardDefaults(reward) } };
  }
  if (evaluation?.$case !== 'training') return evaluation;
  const { value } = evaluation;
  const filled = { ...value, network: networkDefaults(value.network), trainer: trainerDefaults(value.trainer) };
  return { $case: 'training', value: filled };
}

/** Only CIFAR-10 benchmarks have two training sets to choose from. */
function rewardDefaults(reward: EvaluationSettings): EvaluationSettings {
  const source = reward.dataset?.source;
  const cifar10 = source?.$case === 'builtin' && source.value === BuiltinDataset.BUILTIN_DATASET_CIFAR10;
  return { ...reward, trainingSet: reward.trainingSet || (cifar10 ? 0 : TrainingSet.TRAINING_SET_FULL) };
}

function withGuidanceDefaults(guidance: Guidance, evaluation: SearchSpec['evaluation']): Guidance {
  const dataset = evaluationDataset(evaluation);
  const network = evaluation?.$case === 'training' ? evaluation.value.network : undefined;
  const data =
    guidance.data ??
    (dataset && {
      source: { $case: 'dataset' as const, value: dataset },
      augmentation: Augmentation.AUGMENTATION_NONE,
    });
  return {
    ...guidance,
    poolSize: guidance.poolSize || ALGORITHM_DEFAULTS.poolSize,
    data: data && { ...data, augmentation: data.augmentation || Augmentation.AUGMENTATION_NONE },
    scoreSeed: guidance.scoreSeed ?? DEFAULT_SCORE_SEED,
    network: networkDefaults(guidance.network ?? network),
  };
}

/** The data set that an evaluation's accuracies are of; an external evaluation names none. */
export function evaluationDataset(evaluation: SearchSpec['evaluation']): Dataset | undefined {
  switch (evaluation?.$case) {
    case 'benchmark':
      return evaluation.value.reward?.dataset;
    case 'training':
      return evaluation.value.dataset;
    default:
      return undefined;
  }
}

function networkDefaults(network: NetworkOptions | undefined): NetworkOptions {
  const { variant = 0, channels = 0, cellsPerStage = 0 } = network ?? {};
  return { variant: variant || NetworkVariant.NETWORK_VARIANT_STANDARD, channels, cellsPerStage };
}

/** The contract's defaults; a size that is 0 means "all" there and stays. */
function trainerDefaults(trainer: Partial<TrainerOptions> = {}): TrainerOptions {
  return {
    epochs: trainer.epochs || 3,
    batchSize: trainer.batchSize || 64,
    learningRate: trainer.learningRate ?? 0.1,
    momentum: trainer.momentum ?? 0.9,
    weightDecay: trainer.weightDecay ?? 0.0005,
    nesterov: trainer.nesterov ?? true,
    augmentation: trainer.augmentation || Augmentation.AUGMENTATION_NONE,
    trainSamples: trainer.trainSamples ?? 0,
    validationSamples: trainer.validationSamples ?? 0,
    testSamples: trainer.testSamples ?? 0,
    imageSize: trainer.imageSize ?? 0,
  };
}
