import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '@gradsign/engine';
import { jsonLines } from './command';
import { exportBatch, exportNetworks } from './exported';
import { layerGradsign } from './layer-gradsign';
import { interopScript, python } from './paths';
import { SEED } from './score-request';

/** What is compared: architectures of a space, at which size. */
export interface Subject {
  readonly space: string;
  readonly architectures: readonly string[];
  readonly batchSize: number;
  readonly channels?: number;
  readonly cellsPerStage?: number;
}

/** A row of test/interop/equality.py. */
export interface Difference {
  readonly architecture: string;
  readonly proxy: string;
  readonly product: number;
  readonly loop: number;
  readonly relative: number;
}

/** The product against PyTorch in float64 on the same weights and batch. `engine`: the product's, by default its own. */
export async function differences(
  folder: string,
  { space, architectures, batchSize, channels, cellsPerStage }: Subject,
  proxies: readonly string[],
  engine?: string,
): Promise<Difference[]> {
  const listing = join(folder, 'architectures.txt');
  writeFileSync(listing, architectures.join('\n'));
  const options = {
    space,
    'arch-file': listing,
    'batch-size': batchSize,
    proxies: proxies.join(),
    seed: SEED,
    channels,
    'cells-per-stage': cellsPerStage,
    engine,
    dtype: 'float64',
  };
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const words = given.flatMap(([name, value]) => [`--${name}`, String(value)]);
  return (await jsonLines(python(), [interopScript('equality.py'), ...words])) as unknown as Difference[];
}

/** GradSign of a network, split into the layers with gradients and those where some are but rounding errors. */
export interface LayerDifference {
  readonly architecture: string;
  /** Of the layers with gradients; 0 where there are none. */
  readonly relative: number;
  readonly product: number;
  readonly loop: number;
  /** Share of the weights that are in the other layers. */
  readonly weightsLeftOut: number;
}

/** In float64 nothing lies between rounding errors (below 1e-14) and gradients (above 1e-9). */
const LEAST_GRADIENT = 1e-12;

/** The product on an engine against PyTorch in float64, layer by layer. */
export async function layerDifferences(folder: string, subject: Subject, engine: Engine): Promise<LayerDifference[]> {
  const { architectures, batchSize } = subject;
  const files = join(folder, subject.space);
  mkdirSync(files, { recursive: true });
  const batch = exportBatch(files, batchSize);
  const models = await exportNetworks(files, architectures, subject);
  const rows = await jsonLines(python(), [interopScript('layers.py'), ...models, ...batch]);
  const result: LayerDifference[] = [];
  for (const [i, architecture] of architectures.entries()) {
    const layers = Object.entries(rows[i].layers as Record<string, Layer>);
    const withGradient = layers.filter(([, { smallest }]) => smallest === null || smallest > LEAST_GRADIENT);
    const scores = await layerGradsign(architecture, { ...subject, engine });
    const sum = (of: readonly [string, Layer][], f: (layer: Layer, name: string) => number) =>
      of.reduce((total, [name, layer]) => total + f(layer, name), 0);
    const product = sum(withGradient, (_, name) => scores.get(name) ?? 0);
    const loop = sum(withGradient, ({ gradsign }) => gradsign);
    const share = sum(withGradient, ({ weights }) => weights) / sum(layers, ({ weights }) => weights);
    const relative = product === loop ? 0 : Math.abs(product / loop - 1);
    result.push({ architecture, relative, product, loop, weightsLeftOut: 1 - share });
  }
  return result;
}

interface Layer {
  readonly gradsign: number;
  /** Of the gradients that are not 0; null where all are. */
  readonly smallest: number | null;
  readonly weights: number;
}
