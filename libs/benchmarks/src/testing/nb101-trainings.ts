import { nasBench101 } from '@gradsign/search-spaces';
import type { NasBench101Cell } from '@gradsign/search-spaces';
import type { Nb101Training } from './tfrecord-writer';

/** Three trainings of a cell for each number of epochs, with values that only look like a benchmark's. */
export function trainingsOf(cell: NasBench101Cell, epochs: readonly number[], params = 1_000_000): Nb101Training[] {
  const hash = nasBench101.canonical(cell, 'hash');
  const bits = cell.matrix.flat().join('');
  const noise = (place: number, salt: number) => parseInt(hash.slice(place, place + 4), 16) / 2 ** 16 / (1 + salt);
  return epochs.flatMap((of) =>
    [0, 1, 2].map((repeat) => {
      const accuracy = (at: number, split: number) =>
        Math.fround(0.9 * (1 - Math.exp(-at / 12)) + 0.05 * noise(4 * split, repeat));
      const at = (epoch: number) => {
        const seconds = Math.fround(epoch * (10 + noise(16, repeat)));
        return [epoch, seconds, accuracy(epoch, 0), accuracy(epoch, 1), accuracy(epoch, 2)];
      };
      return { hash, epochs: of, bits, ops: cell.ops, params, halfway: at(of / 2), final: at(of) };
    }),
  );
}
