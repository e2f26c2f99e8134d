import { NetworkError, type Cell, type Network } from '@gradsign/network';

/**
 * The network's cells.
 * @throws NetworkError where they are not known, or fewer than `least`.
 */
export function cellsOf({ cells }: Network, proxy: string, least: number): readonly Cell[] {
  if (cells === undefined) {
    throw new NetworkError(proxy, 'looks at the cells of a network, which only search spaces state: a model has none');
  }
  if (cells.length < least) {
    throw new NetworkError(proxy, `compares the cells of a network with each other: it needs ${least}, here is 1`);
  }
  return cells;
}
