import { BuiltinDataset, SearchSpace, type ScoreArchitecturesRequest } from '@gradsign/contracts';

/** Seed, batch size and data of every bar that scores: Gaussian noise in the shape of CIFAR-10. */
export const SEED = 42n;
export const BATCH_SIZE = 64;
export const DATASET = 'noise:cifar10';

/** A request that nothing may answer but a computation. */
export function scoreRequest(architectures: readonly string[], proxies: readonly string[]): ScoreArchitecturesRequest {
  return {
    space: SearchSpace.SEARCH_SPACE_NAS_BENCH_201,
    architectures: [...architectures],
    settings: {
      proxies: proxies.map((id) => ({ id, batchSize: BATCH_SIZE, initializations: undefined })),
      data: {
        source: {
          $case: 'dataset',
          value: { source: { $case: 'noise', value: BuiltinDataset.BUILTIN_DATASET_CIFAR10 } },
        },
        augmentation: 0,
      },
      network: undefined,
      seed: SEED,
      engine: 0,
      device: '',
      recompute: true,
    },
  };
}
