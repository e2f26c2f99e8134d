import { createHash } from 'node:crypto';
import type { Network } from '@gradsign/network';
import { searchSpace } from '@gradsign/search-spaces';
import type { TrainerSettings } from '@gradsign/training';

/** The benchmark's name in a store of tables. */
export const EMBEDDED_BENCHMARK = 'nas-bench-201-mnist';
/** Changes with everything that a training's result depends on. */
export const VERSION = '1';

export const SPACE = 'nas-bench-201';
export const DATASET = 'mnist';
/** Two of the three seeds of NAS-Bench-201. */
export const SEEDS = [777, 888] as const;

/** How every network is trained. The images are MNIST's, padded to 32×32 and scaled down by averaging. */
export const TRAINER: TrainerSettings = {
  epochs: 6,
  batchSize: 64,
  learningRate: 0.1,
  momentum: 0.9,
  weightDecay: 5e-4,
  nesterov: true,
  augmentation: 'none',
  trainSamples: 1000,
  validationSamples: 2000,
  testSamples: 2000,
  imageSize: 8,
};

/** NAS-Bench-201's own networks have 16, 32 and 64 channels and five cells a stage; these 8, 16 and 32, and two. */
const SCALE = { channels: 8, cellsPerStage: 2, classes: 10, variant: 'trained' } as const;

const space = searchSpace(SPACE);

/** The network that stands for an architecture. */
export function embeddedNetwork(architecture: string): Network {
  return space.network(space.parse(architecture), {
    ...SCALE,
    imageShape: [1, TRAINER.imageSize, TRAINER.imageSize],
  });
}

/** Architectures that are one function of input and weights, and share one training. */
export interface ArchitectureClass {
  /** The one that is trained: the first in the space's order. */
  readonly representative: string;
  readonly members: readonly string[];
}

/** The 4,930 functional classes of the space, in the order of their first members. */
export function architectureClasses(): ArchitectureClass[] {
  const classes = new Map<string, string[]>();
  for (const architecture of space.enumerate!()) {
    const form = space.canonical(architecture, 'functional');
    const members = classes.get(form) ?? [];
    members.push(space.format(architecture));
    classes.set(form, members);
  }
  return [...classes.values()].map((members) => ({ representative: members[0], members }));
}

/** One training of the benchmark. */
export interface TrainingId {
  readonly architecture: string;
  readonly seed: number;
}

/**
 * All trainings in the order in which they are done: by the SHA-256 of the architecture, so that what is done at any
 * time is a fair sample of the space.
 */
export function plannedTrainings(): TrainingId[] {
  const digest = (text: string) => createHash('sha256').update(text).digest('hex');
  return architectureClasses()
    .map(({ representative }) => ({ architecture: representative, order: digest(representative) }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .flatMap(({ architecture }) => SEEDS.map((seed) => ({ architecture, seed })));
}
