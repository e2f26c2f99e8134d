import { createHash } from 'node:crypto';
import { Random, Stream } from '@gradsign/random';

/**
 * A sample of `size` items: without a seed the first ones in the order of their text's SHA-256, which is the same
 * sample everywhere; with a seed a random one.
 */
export function takeSample<T>(items: readonly T[], size: number, textOf: (item: T) => string, seed?: bigint): T[] {
  if (seed !== undefined) return new Random(Stream.of(seed, 'sample')).shuffle([...items]).slice(0, size);
  const hashed = items.map((item) => ({ item, hash: createHash('sha256').update(textOf(item)).digest('hex') }));
  hashed.sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0));
  return hashed.slice(0, size).map(({ item }) => item);
}
