import { Stream } from '@gradsign/random';
import type { StructuralProxy } from './proxy';

/** A random number in [0, 1) of (seed, architecture): the floor that every other proxy is held against. */
export const random: StructuralProxy = {
  kind: 'structural',
  id: 'random',
  higherIsBetter: true,
  definition: 'a seeded random number',
  source: 'control',
  data: 'none',
  defaultBatchSize: 0,
  chunkable: false,
  normalization: 'none',
  evaluate: ({ architecture, seed }) => ({
    value: Stream.of(seed, 'random proxy', architecture).uniform(0),
    weights: 0,
    nanCount: 0,
  }),
};
