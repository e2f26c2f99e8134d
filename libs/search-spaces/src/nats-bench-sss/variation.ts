import type { Random } from '@gradsign/random';
import { LAYERS, WIDTHS, type NatsBenchSizes, type Width } from './architecture';

/** Uniform over the 32,768 architectures. */
export function sampleSizes(random: Random): NatsBenchSizes {
  return Array.from({ length: LAYERS }, () => random.pick(WIDTHS));
}

/**
 * Gives one layer another width: uniform over the layers, then over the seven others. Both operators are this one;
 * the published searches pick among all eight widths, so that one child in eight is its parent.
 */
export function mutateSizes(sizes: NatsBenchSizes, random: Random): NatsBenchSizes {
  const layer = random.int(LAYERS);
  return sizes.with(layer, random.pick(others(sizes[layer])));
}

/** The 35 architectures that differ in one layer: by layer, then by width. */
export function neighbourSizes(sizes: NatsBenchSizes): NatsBenchSizes[] {
  return sizes.flatMap((current, layer) => others(current).map((width) => sizes.with(layer, width)));
}

function others(current: Width): Width[] {
  return WIDTHS.filter((width) => width !== current);
}
