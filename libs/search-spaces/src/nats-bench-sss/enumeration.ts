import { LAYERS, WIDTHS, type NatsBenchSizes } from './architecture';

/** Number of architectures: eight widths in five layers. */
export const SIZE = WIDTHS.length ** LAYERS;

/** All architectures in the published order, in which the last layer changes fastest. */
export function* enumerateSizes(): Generator<NatsBenchSizes> {
  for (let index = 0; index < SIZE; index++) {
    yield Array.from({ length: LAYERS }, (_, layer) => {
      const place = WIDTHS.length ** (LAYERS - 1 - layer);
      return WIDTHS[Math.floor(index / place) % WIDTHS.length];
    });
  }
}
