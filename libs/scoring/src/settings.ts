import {
  augmentationNames,
  Augmentation,
  Engine,
  engineNames,
  formatDataset,
  ServiceError,
  type Dataset,
  type FieldViolation,
  type ScoreSettings,
} from '@gradsign/contracts';
import { proxies, type Proxy } from '@gradsign/proxies';
import { compileNetwork, type CompiledNetwork } from '@gradsign/requests';

/** Bounds of a request, so that no request can ask for unbounded work. */
export const LIMITS = { proxies: 64, batchSize: 4096, initializations: 1000 } as const;

/** Devices that an engine may have, by the names of ONNX Runtime's providers. */
const DEVICES = ['cpu', 'cuda', 'webgpu', 'coreml', 'dml'];

/** One proxy of a request with its settings filled in. */
export interface CompiledProxy {
  readonly proxy: Proxy;
  /** 0 for proxies that use no images. */
  readonly batchSize: number;
  readonly initializations: number;
}

/** A request's settings, checked and complete. */
export interface CompiledSettings {
  readonly proxies: readonly CompiledProxy[];
  readonly data:
    | { readonly kind: 'dataset'; readonly name: string; readonly augmentation: 'none' | 'crop-flip' }
    | { readonly kind: 'uploaded'; readonly name: string; readonly digest: string };
  /** The data set as it came, for answers. */
  readonly dataset: Dataset;
  readonly network: CompiledNetwork;
  readonly seed: bigint;
  readonly engine: string;
  readonly device: string;
  readonly recompute: boolean;
}

/** The seed of weights and mini-batch when a request names none. */
export const DEFAULT_SEED = 42n;

/**
 * Checks every field and fills in defaults.
 * @throws ServiceError INVALID_ARGUMENT with every violation at once.
 */
export function compileSettings(settings: ScoreSettings | undefined): CompiledSettings {
  if (!settings) throw ServiceError.invalid('settings', 'a value is required');
  const violations: FieldViolation[] = [];
  const attempt = <T>(f: () => T): T | undefined => {
    try {
      return f();
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      violations.push(...error.violations);
      return undefined;
    }
  };
  const data = attempt(() => compileData(settings));
  const compiled = {
    proxies: compileProxies(settings, data?.data.kind === 'uploaded', violations),
    network: attempt(() => compileNetwork(settings.network, 'settings.network')),
    engine: attempt(() =>
      engineNames.format(
        settings.engine === Engine.ENGINE_UNSPECIFIED ? Engine.ENGINE_ONNXRUNTIME : settings.engine,
        'settings.engine',
      ),
    ),
    device: attempt(() => compileDevice(settings.device)),
  };
  if (violations.length > 0) throw ServiceError.invalidFields(violations);
  return {
    proxies: compiled.proxies,
    ...data!,
    network: compiled.network!,
    engine: compiled.engine!,
    device: compiled.device!,
    seed: settings.seed ?? DEFAULT_SEED,
    recompute: settings.recompute,
  };
}

/** @throws ServiceError INVALID_ARGUMENT for what a model cannot have beside its own graph and weights. */
export function checkModelSettings({ proxies: wanted, network }: CompiledSettings, reinitialize: boolean): void {
  const { channels, cellsPerStage, variant } = network;
  if (channels !== undefined || cellsPerStage !== undefined || variant === 'published') {
    throw ServiceError.invalid('settings.network', 'a model is the network; network options are for search spaces');
  }
  const violations = wanted.flatMap(({ initializations }, i): FieldViolation[] => {
    if (initializations === 1 || reinitialize) return [];
    const description = `${initializations} is given for a model that keeps its weights, which starts but once; reinitialize it`;
    return [{ field: `settings.proxies[${i}].initializations`, description }];
  });
  if (violations.length > 0) throw ServiceError.invalidFields(violations);
}

function compileDevice(device: string): string {
  if (device === '' || device === 'auto') return 'cpu';
  if (DEVICES.includes(device)) return device;
  throw ServiceError.invalid('settings.device', `"${device}" is not a device; known: auto, ${DEVICES.join(', ')}`);
}

function compileProxies(settings: ScoreSettings, uploaded: boolean, violations: FieldViolation[]): CompiledProxy[] {
  const { proxies: requests } = settings;
  if (requests.length === 0 || requests.length > LIMITS.proxies) {
    violations.push({
      field: 'settings.proxies',
      description: `${requests.length} proxies are given; between 1 and ${LIMITS.proxies} are allowed`,
    });
  }
  const seen = new Set<string>();
  return requests.flatMap((request, i) => {
    const field = `settings.proxies[${i}]`;
    const proxy = proxies.get(request.id);
    if (!proxy) {
      const known = [...proxies.keys()].join(', ');
      violations.push({ field: `${field}.id`, description: `"${request.id}" is not a proxy; known: ${known}` });
      return [];
    }
    if (seen.has(proxy.id)) {
      violations.push({ field: `${field}.id`, description: `"${proxy.id}" is given twice; a proxy may be given once` });
    }
    seen.add(proxy.id);
    if (uploaded && request.batchSize !== undefined) {
      violations.push({
        field: `${field}.batch_size`,
        description: `${request.batchSize} is given with an uploaded batch, whose size is the batch size`,
      });
    }
    const batchSize = proxy.data === 'none' ? 0 : (request.batchSize ?? proxy.defaultBatchSize);
    checkRange(`${field}.batch_size`, request.batchSize, LIMITS.batchSize, violations);
    checkRange(`${field}.initializations`, request.initializations, LIMITS.initializations, violations);
    return [{ proxy, batchSize, initializations: request.initializations ?? 1 }];
  });
}

function checkRange(field: string, value: number | undefined, max: number, violations: FieldViolation[]): void {
  if (value !== undefined && (value < 1 || value > max)) {
    violations.push({ field, description: `${value} is outside the range 1 to ${max}` });
  }
}

function compileData(settings: ScoreSettings): Pick<CompiledSettings, 'data' | 'dataset'> {
  const source = settings.data?.source;
  const augmentation = augmentationNames.format(
    settings.data?.augmentation || Augmentation.AUGMENTATION_NONE,
    'settings.data.augmentation',
  ) as 'none' | 'crop-flip';
  switch (source?.$case) {
    case 'dataset':
      return {
        data: { kind: 'dataset', name: formatDataset(source.value, 'settings.data.dataset'), augmentation },
        dataset: source.value,
      };
    case 'batch': {
      const name = formatDataset(source.value.dataset, 'settings.data.batch.dataset');
      if (!/^[0-9a-f]{64}$/.test(source.value.digest)) {
        throw ServiceError.invalid(
          'settings.data.batch.digest',
          `"${source.value.digest}" is not a lower-case hex SHA-256`,
        );
      }
      if (augmentation !== 'none') {
        throw ServiceError.invalid(
          'settings.data.augmentation',
          'an uploaded batch is used as it is; augmentation must be none',
        );
      }
      return { data: { kind: 'uploaded', name, digest: source.value.digest }, dataset: source.value.dataset! };
    }
    default:
      throw ServiceError.invalid('settings.data', 'a data set or an uploaded batch is required');
  }
}
