import {
  Augmentation,
  BuiltinDataset,
  Dataset,
  NetworkVariant,
  SearchSpace,
  Split,
  TrainingSet,
} from './gen/gradsign/common/v1/common';
import { Engine, ScoreSource } from './gen/gradsign/scorer/v1/scorer';
import { ServiceError } from './errors';

/**
 * The names that people write for a contract's enum, both ways. Unknown numbers (protobuf keeps them) and
 * UNSPECIFIED have no name.
 */
export class EnumNames<E extends number> {
  private readonly byName: ReadonlyMap<string, E>;
  private readonly byValue: ReadonlyMap<E, string>;

  constructor(
    /** What the enum is, for error sentences: `search space`. */
    readonly what: string,
    names: Readonly<Record<string, E>>,
  ) {
    this.byName = new Map(Object.entries(names));
    this.byValue = new Map(Object.entries(names).map(([name, value]) => [value, name]));
  }

  get names(): string[] {
    return [...this.byName.keys()];
  }

  /** What the enum is, with its article. */
  private get one(): string {
    return `${/^[aeiou]/.test(this.what) ? 'an' : 'a'} ${this.what}`;
  }

  /** The enum's value. @throws ServiceError INVALID_ARGUMENT naming `field` and the known names. */
  parse(name: string, field: string): E {
    const value = this.byName.get(name);
    if (value === undefined) {
      throw ServiceError.invalid(field, `"${name}" is not ${this.one}; known: ${this.names.join(', ')}`);
    }
    return value;
  }

  /** The name of a value that came over the wire. @throws ServiceError INVALID_ARGUMENT naming `field`. */
  format(value: E, field: string): string {
    const name = this.byValue.get(value);
    if (name === undefined) {
      const given = (value as number) === 0 ? 'a value is required' : `${value} is not ${this.one}`;
      throw ServiceError.invalid(field, `${given}; known: ${this.names.join(', ')}`);
    }
    return name;
  }
}

export const searchSpaceNames = new EnumNames<SearchSpace>('search space', {
  'nas-bench-101': SearchSpace.SEARCH_SPACE_NAS_BENCH_101,
  'nas-bench-201': SearchSpace.SEARCH_SPACE_NAS_BENCH_201,
  'nats-bench-sss': SearchSpace.SEARCH_SPACE_NATS_BENCH_SSS,
  'nds-darts': SearchSpace.SEARCH_SPACE_NDS_DARTS,
  'nds-enas': SearchSpace.SEARCH_SPACE_NDS_ENAS,
  'nds-pnas': SearchSpace.SEARCH_SPACE_NDS_PNAS,
  'nds-nasnet': SearchSpace.SEARCH_SPACE_NDS_NASNET,
  'nds-amoeba': SearchSpace.SEARCH_SPACE_NDS_AMOEBA,
  zen: SearchSpace.SEARCH_SPACE_ZEN,
});

export const builtinDatasetNames = new EnumNames<BuiltinDataset>('data set', {
  cifar10: BuiltinDataset.BUILTIN_DATASET_CIFAR10,
  cifar100: BuiltinDataset.BUILTIN_DATASET_CIFAR100,
  'imagenet16-120': BuiltinDataset.BUILTIN_DATASET_IMAGENET16_120,
  mnist: BuiltinDataset.BUILTIN_DATASET_MNIST,
});

export const splitNames = new EnumNames<Split>('split', {
  train: Split.SPLIT_TRAIN,
  valid: Split.SPLIT_VALID,
  test: Split.SPLIT_TEST,
  valid_and_test: Split.SPLIT_VALID_AND_TEST,
});

export const trainingSetNames = new EnumNames<TrainingSet>('training set', {
  half: TrainingSet.TRAINING_SET_HALF,
  full: TrainingSet.TRAINING_SET_FULL,
});

export const augmentationNames = new EnumNames<Augmentation>('augmentation', {
  none: Augmentation.AUGMENTATION_NONE,
  'crop-flip': Augmentation.AUGMENTATION_CROP_FLIP,
});

export const networkVariantNames = new EnumNames<NetworkVariant>('network variant', {
  standard: NetworkVariant.NETWORK_VARIANT_STANDARD,
  published: NetworkVariant.NETWORK_VARIANT_PUBLISHED,
});

export const engineNames = new EnumNames<Engine>('engine', {
  onnxruntime: Engine.ENGINE_ONNXRUNTIME,
  tensorflow: Engine.ENGINE_TENSORFLOW,
  reference: Engine.ENGINE_REFERENCE,
});

export const scoreSourceNames = new EnumNames<ScoreSource>('score source', {
  computed: ScoreSource.SCORE_SOURCE_COMPUTED,
  cache: ScoreSource.SCORE_SOURCE_CACHE,
  table: ScoreSource.SCORE_SOURCE_TABLE,
});

/** The data set that a name such as `cifar10`, `noise:mnist` or `folder:flowers` means. */
export function parseDataset(name: string, field: string): Dataset {
  const colon = name.indexOf(':');
  if (colon < 0) return { source: { $case: 'builtin', value: builtinDatasetNames.parse(name, field) } };
  const rest = name.slice(colon + 1);
  switch (name.slice(0, colon)) {
    case 'noise':
      return { source: { $case: 'noise', value: builtinDatasetNames.parse(rest, field) } };
    case 'npy':
      return { source: { $case: 'npy', value: rest } };
    case 'folder':
      return { source: { $case: 'folder', value: rest } };
    default:
      throw ServiceError.invalid(
        field,
        `"${name}" is not a data set; known: ${builtinDatasetNames.names.join(', ')}, noise:NAME, npy:NAME, folder:NAME`,
      );
  }
}

/** The name of a data set that came over the wire. */
export function formatDataset(dataset: Dataset | undefined, field: string): string {
  const source = dataset?.source;
  switch (source?.$case) {
    case 'builtin':
      return builtinDatasetNames.format(source.value, `${field}.builtin`);
    case 'noise':
      return `noise:${builtinDatasetNames.format(source.value, `${field}.noise`)}`;
    case 'npy':
    case 'folder':
      return `${source.$case}:${source.value}`;
    default:
      throw ServiceError.invalid(field, 'a data set is required');
  }
}
