import {
  BuiltinDataset,
  NetworkVariant,
  SearchSpace,
  type Dataset,
  type ScoreArchitecturesRequest,
  type ScorerApi,
} from '@gradsign/contracts';

/** Seed, batch size and data of every bar that scores, unless it says otherwise: noise in the shape of CIFAR-10. */
export const SEED = 42n;
export const BATCH_SIZE = 64;
export const DATASET = 'noise:cifar10';

const NOISE: Dataset = { source: { $case: 'noise', value: BuiltinDataset.BUILTIN_DATASET_CIFAR10 } };
/** The images themselves; the scorer has to know their folder. */
export const IMAGES: Dataset = { source: { $case: 'builtin', value: BuiltinDataset.BUILTIN_DATASET_CIFAR10 } };

export interface RequestOptions {
  /** Default: NAS-Bench-201. */
  readonly space?: SearchSpace;
  readonly data?: Dataset;
  readonly seed?: bigint;
  readonly batchSize?: number;
  /** Batch sizes of single proxies. */
  readonly batchSizes?: Readonly<Record<string, number>>;
  /** The network as GradSign's published code builds it. */
  readonly published?: boolean;
  readonly channels?: number;
  readonly cellsPerStage?: number;
}

/** A request that nothing may answer but a computation. */
export function scoreRequest(
  architectures: readonly string[],
  proxies: readonly string[],
  options: RequestOptions = {},
): ScoreArchitecturesRequest {
  const { batchSize = BATCH_SIZE, batchSizes = {}, published = false, channels = 0, cellsPerStage = 0 } = options;
  const variant = published ? NetworkVariant.NETWORK_VARIANT_PUBLISHED : NetworkVariant.NETWORK_VARIANT_STANDARD;
  return {
    space: options.space ?? SearchSpace.SEARCH_SPACE_NAS_BENCH_201,
    architectures: [...architectures],
    settings: {
      proxies: proxies.map((id) => ({ id, batchSize: batchSizes[id] ?? batchSize, initializations: undefined })),
      data: { source: { $case: 'dataset', value: options.data ?? NOISE }, augmentation: 0 },
      network: { variant, channels, cellsPerStage },
      seed: options.seed ?? SEED,
      engine: 0,
      device: '',
      recompute: true,
    },
  };
}

/** Sends a request; calls `take` with the values of each architecture, by proxy, in the order of the request. */
export async function scoreAll(
  scorer: ScorerApi,
  request: ScoreArchitecturesRequest,
  take: (architecture: string, values: Readonly<Record<string, number>>) => void = () => {},
): Promise<void> {
  let count = 0;
  for await (const { index, scores, error } of scorer.scoreArchitectures(request)) {
    const architecture = request.architectures[index];
    if (error) throw new Error(`${architecture}: ${error.message}`);
    take(architecture, Object.fromEntries(scores.map(({ proxy, value }) => [proxy, value])));
    count++;
  }
  const asked = request.architectures.length;
  if (count !== asked) throw new Error(`${count} of ${asked} architectures were answered`);
}
