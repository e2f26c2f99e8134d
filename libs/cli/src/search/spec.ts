import {
  parseDataset,
  Profile,
  searchSpaceNames,
  splitNames,
  TrainingSet,
  trainingSetNames,
  type SearchSpec,
} from '@gradsign/contracts';
import { UsageError } from '../errors';
import { networkOptions } from '../score-settings';
import { trainerOptions, type TrainerFlags } from '../trainer-settings';

/** Options that make a search's specification. */
export interface SearchFlags extends TrainerFlags {
  readonly space: string;
  readonly benchmark?: string;
  readonly dataset: string;
  readonly trainingSet?: string;
  readonly algorithm: string;
  readonly population?: number;
  readonly tournament?: number;
  readonly proxy: string[];
  readonly poolSize?: number;
  readonly batchSize?: number;
  readonly scoreDataset?: string;
  readonly scoreSeed?: bigint;
  readonly secondsPerScore?: number;
  readonly budgetSeconds?: number;
  readonly budgetTrials?: number;
  readonly profile: string;
  readonly seed: bigint;
  readonly maxParams?: number;
  readonly maxFlops?: number;
  readonly parallelism?: number;
  readonly variant?: string;
  readonly channels?: number;
  readonly cellsPerStage?: number;
}

const PROFILES = { paper: Profile.PROFILE_PAPER, fair: Profile.PROFILE_FAIR } as const;
/** Epochs of a reward from a table, as in the published scripts. */
const REWARD_EPOCHS = 12;

/** The specification of an invocation, with the strategy's seed given. @throws UsageError, ServiceError. */
export function searchSpec(flags: SearchFlags, seed = flags.seed): SearchSpec {
  const { budgetSeconds, budgetTrials, maxParams, maxFlops } = flags;
  if (budgetSeconds === undefined && budgetTrials === undefined) {
    throw new UsageError('--budget-seconds or --budget-trials is required: it says when the search ends');
  }
  const guided = flags.algorithm.startsWith('g-');
  return {
    space: searchSpaceNames.parse(flags.space, '--space'),
    algorithm: algorithm(guided ? flags.algorithm.slice(2) : flags.algorithm, flags),
    guidance: guided ? guidance(flags) : undefined,
    evaluation: evaluation(flags),
    budget: { seconds: budgetSeconds, trials: budgetTrials },
    profile: profile(flags.profile),
    seed,
    constraints:
      maxParams === undefined && maxFlops === undefined
        ? undefined
        : { maxParams: maxParams === undefined ? undefined : BigInt(maxParams), maxFlops },
    parallelism: flags.parallelism ?? 0,
    maxFailedTrials: 0,
    maxAttempts: 0,
    duplicates: 0,
    warmStart: undefined,
  };
}

function algorithm(base: string, { algorithm: name, population, tournament }: SearchFlags): SearchSpec['algorithm'] {
  switch (base) {
    case 'random':
      return { $case: 'random', value: {} };
    case 'rea': {
      const sizes = { populationSize: population ?? 0, tournamentSize: tournament ?? 0 };
      return { $case: 'regularizedEvolution', value: { ...sizes, mutation: 0, initialPoolSize: 0 } };
    }
    default:
      throw new UsageError(`--algorithm: "${name}" is not one of this version; it has random, g-random, rea, g-rea`);
  }
}

function profile(name: string): Profile {
  if (!Object.hasOwn(PROFILES, name)) throw new UsageError(`--profile: "${name}" is neither paper nor fair`);
  return PROFILES[name as keyof typeof PROFILES];
}

function guidance(flags: SearchFlags): SearchSpec['guidance'] {
  const { batchSize, scoreDataset } = flags;
  const dataset = scoreDataset === undefined ? undefined : parseDataset(scoreDataset, '--score-dataset');
  return {
    proxies: flags.proxy.map((id) => ({ id, batchSize, initializations: undefined })),
    poolSize: flags.poolSize ?? 0,
    data: dataset && { source: { $case: 'dataset', value: dataset }, augmentation: 0 },
    scoreSeed: flags.scoreSeed,
    guideInitial: false,
    secondsPerScore: flags.secondsPerScore,
    network: undefined,
  };
}

/** Rewards from a table where one is named, else from real training. */
function evaluation(flags: SearchFlags): SearchSpec['evaluation'] {
  const dataset = parseDataset(flags.dataset, '--dataset');
  if (flags.benchmark === undefined) {
    return {
      $case: 'training',
      value: { dataset, network: networkOptions(flags), trainer: trainerOptions(flags), seed: 0n },
    };
  }
  if (flags.dataset === 'cifar10' && flags.trainingSet === undefined) {
    throw new UsageError('--training-set is required for cifar10: half (the rest is validation) or full');
  }
  const trainingSet =
    flags.trainingSet === undefined
      ? TrainingSet.TRAINING_SET_FULL
      : trainingSetNames.parse(flags.trainingSet, '--training-set');
  return {
    $case: 'benchmark',
    value: {
      benchmark: flags.benchmark,
      reward: {
        dataset,
        trainingSet,
        epochs: { value: { $case: 'count', value: flags.epochs ?? REWARD_EPOCHS } },
        split: splitNames.parse('valid', 'split'),
        seed: { value: { $case: 'meanOverSeeds', value: true } },
        epoch: 0,
      },
    },
  };
}
