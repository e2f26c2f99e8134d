import { createHash } from 'node:crypto';
import { Random, Stream } from '@gradsign/random';
import { nasBench201, searchSpace } from '@gradsign/search-spaces';

/** The first items in the order of their text's SHA-256: the same sample everywhere. */
export function firstByHash<T>(items: Iterable<T>, size: number, textOf: (item: T) => string): T[] {
  const hashed = Array.from(items, (item) => ({
    item,
    hash: createHash('sha256').update(textOf(item)).digest('hex'),
  }));
  hashed.sort((a, b) => (a.hash < b.hash ? -1 : 1));
  return hashed.slice(0, size).map(({ item }) => item);
}

/** The first NAS-Bench-201 architectures in the order of their text's SHA-256. */
export function sampleArchitectures(size: number): string[] {
  const texts = Array.from(nasBench201.enumerate!(), (cell) => nasBench201.format(cell));
  return firstByHash(texts, size, (text) => text);
}

/** Architectures that a space draws by a seed: for spaces too large to order. A larger size goes on where it ended. */
export function drawArchitectures(name: string, size: number, seed: number | bigint): string[] {
  const space = searchSpace(name);
  const random = new Random(Stream.of(seed, 'bars', name));
  return Array.from({ length: size }, () => space.format(space.sample(random)));
}
