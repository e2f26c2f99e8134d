import { BuiltinDataset, SearchSpace, type SearchSpec } from '@gradsign/contracts';

/** The two searches of the demonstration: they differ in nothing but how they propose. */
export const DEMO_ALGORITHMS = ['g-rea', 'random'] as const;
export type DemoAlgorithm = (typeof DEMO_ALGORITHMS)[number];

/** Networks that each search trains. The first five of g-rea are its random population; the others are guided. */
export const DEMO_TRIALS = 20;
const POPULATION = 5;

/** Real training on MNIST, scaled down so that forty networks take minutes on a laptop. */
export function demoSpec(algorithm: DemoAlgorithm): SearchSpec {
  const guided = algorithm === 'g-rea';
  return {
    space: SearchSpace.SEARCH_SPACE_NAS_BENCH_201,
    algorithm: guided
      ? {
          $case: 'regularizedEvolution',
          value: { populationSize: POPULATION, tournamentSize: 3, mutation: 0, initialPoolSize: 0 },
        }
      : { $case: 'random', value: {} },
    guidance: guided
      ? {
          proxies: [{ id: 'gradsign', batchSize: 64, initializations: undefined }],
          poolSize: 10,
          data: undefined,
          scoreSeed: undefined,
          guideInitial: false,
          secondsPerScore: undefined,
          network: undefined,
        }
      : undefined,
    evaluation: {
      $case: 'training',
      value: {
        dataset: { source: { $case: 'builtin', value: BuiltinDataset.BUILTIN_DATASET_MNIST } },
        network: { variant: 0, channels: 8, cellsPerStage: 1 },
        trainer: {
          epochs: 2,
          batchSize: 64,
          learningRate: undefined,
          momentum: undefined,
          weightDecay: undefined,
          nesterov: undefined,
          augmentation: 0,
          trainSamples: 3000,
          validationSamples: 1000,
          testSamples: 1000,
          imageSize: 16,
        },
        seed: 0n,
      },
    },
    budget: { seconds: undefined, trials: DEMO_TRIALS },
    profile: 0,
    seed: 0n,
    constraints: undefined,
    parallelism: 1,
    maxFailedTrials: 0,
    maxAttempts: 0,
    duplicates: 0,
    warmStart: undefined,
  };
}
