import {
  NetworkVariant,
  networkVariantNames,
  ServiceError,
  type FieldViolation,
  type NetworkOptions,
} from '@gradsign/contracts';

/** Network options, checked; absent means the space's published value. */
export interface CompiledNetwork {
  readonly variant: 'standard' | 'published';
  readonly channels?: number;
  readonly cellsPerStage?: number;
}

/** Bounds of a request's network, so that no request can ask for an unbounded one. */
export const NETWORK_LIMITS = { channels: 256, cellsPerStage: 20 } as const;

/** @throws ServiceError INVALID_ARGUMENT with every violation, fields under `field`. */
export function compileNetwork(network: NetworkOptions | undefined, field: string): CompiledNetwork {
  const { variant = 0, channels = 0, cellsPerStage = 0 } = network ?? {};
  const violations: FieldViolation[] = [
    ...range(`${field}.channels`, channels, NETWORK_LIMITS.channels),
    ...range(`${field}.cells_per_stage`, cellsPerStage, NETWORK_LIMITS.cellsPerStage),
  ];
  if (violations.length > 0) throw ServiceError.invalidFields(violations);
  const name = networkVariantNames.format(variant || NetworkVariant.NETWORK_VARIANT_STANDARD, `${field}.variant`);
  return {
    variant: name as CompiledNetwork['variant'],
    ...(channels > 0 && { channels }),
    ...(cellsPerStage > 0 && { cellsPerStage }),
  };
}

function range(field: string, value: number, max: number): FieldViolation[] {
  return value >= 0 && value <= max
    ? []
    : [{ field, description: `${value} is outside the range 1 to ${max} (0: the published value)` }];
}
