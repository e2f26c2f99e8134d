import { createHash } from 'node:crypto';

/**
 * Version of everything that determines a score besides the request: the random generator, the weights' path scheme,
 * the proxies' definitions. Golden scores guard it; whoever changes them raises it.
 */
export const SCORE_DEFINITION_VERSION = 1;

/** All that determines a score. Equal identities have equal scores on the same engine and machine. */
export interface ScoreIdentity {
  readonly space: string;
  readonly architecture: string;
  readonly proxy: string;
  readonly initializations: number;
  readonly network: { readonly variant: string; readonly channels: number; readonly cellsPerStage: number };
  readonly imageShape: readonly number[];
  readonly classes: number;
  readonly seed: string;
  /** Empty for proxies that use no images. */
  readonly batchDigest: string;
  readonly engine: string;
  readonly device: string;
}

/** Lower-case hex SHA-256 of an identity, the key of caches and tables. */
export function identityKey(identity: ScoreIdentity): string {
  const { space, architecture, proxy, initializations, network, imageShape, classes, seed, batchDigest } = identity;
  const parts = [
    SCORE_DEFINITION_VERSION,
    space,
    architecture,
    proxy,
    initializations,
    [network.variant, network.channels, network.cellsPerStage],
    [...imageShape],
    classes,
    seed,
    batchDigest,
    identity.engine,
    identity.device,
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
