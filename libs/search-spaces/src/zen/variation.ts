import type { Random } from '@gradsign/random';
import type { MutationOperator } from '../search-space';
import { BLOCK_TYPES, roundChannels, typeOf, type Family, type ZenArchitecture, type ZenBlock } from './architecture';
import { MOST_BLOCKS, parseZen } from './notation';

/** Where the published searches for CIFAR start. */
const START = parseZen(
  'SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,1,8,1)SuperResK3K3(16,32,2,16,1)SuperResK3K3(32,64,2,32,1)' +
    'SuperResK3K3(64,64,2,32,1)SuperConvK1BNRELU(64,128,1,1)',
);

/** Factors of a mutation on channels. */
const FACTORS: readonly ((channels: number) => number)[] = [
  ...[2.5, 2, 1.5, 1.25, 1].map((factor) => (channels: number) => channels * factor),
  ...[1.25, 1.5, 2, 2.5].map((factor) => (channels: number) => channels / factor),
];
const MOST_CHANNELS = 2048;

/** A block of this many layers, or more, becomes two blocks of half as many. */
const SPLIT = 6;

/**
 * One of the two families of blocks, then a replacement for each block of the structure where the published searches
 * for CIFAR start; all uniform (see `replacements`).
 */
export function sampleZen(random: Random): ZenArchitecture {
  const family = random.pick(['residual', 'inverted'] as const);
  const isFixed = (block: ZenBlock) => isHead(block) && family === 'inverted';
  const draw = (block: ZenBlock) => random.pick(replacements(block, isConv(block) ? 'conv' : family));
  return { ...START, blocks: START.blocks.map((block) => (isFixed(block) ? block : draw(block))) };
}

/**
 * Replaces one block by another of its family (see `replacements`). `published`: any block that has replacements, then
 * any of them, as one step of ZenNAS; `uniform`: any of the neighbours. Of six layers or more it makes two blocks of
 * three, as published.
 */
export function mutateZen(architecture: ZenArchitecture, random: Random, operator: MutationOperator): ZenArchitecture {
  if (operator === 'uniform') return random.pick(neighbourZen(architecture));
  const changes = architecture.blocks.map((_, index) => changesOf(architecture, index));
  const index = random.pick([...changes.keys()].filter((i) => changes[i].length > 0));
  return withBlocks(architecture, index, random.pick(changes[index]));
}

/** Every architecture that has one block replaced: thousands. */
export function neighbourZen(architecture: ZenArchitecture): ZenArchitecture[] {
  return architecture.blocks.flatMap((_, index) =>
    changesOf(architecture, index).map((blocks) => withBlocks(architecture, index, blocks)),
  );
}

/** What may stand in the place of a block, itself left out: one block, or the two that a long one is split into. */
function changesOf({ blocks }: ZenArchitecture, index: number): ZenBlock[][] {
  const block = blocks[index];
  const { family } = typeOf(block);
  const fixed = isHead(block) && blocks.some((other) => typeOf(other).family === 'inverted');
  const changes = fixed ? [] : replacements(block, family).filter((other) => !equal(other, block));
  return changes.flatMap((other) => {
    if (isConv(other) || other.layers < SPLIT) return [[other]];
    // More layers than that are split into the same two blocks.
    if (other.layers > SPLIT || blocks.length === MOST_BLOCKS) return [];
    const half = { ...other, layers: SPLIT / 2 };
    return [[half, { ...half, stride: 1 }]];
  });
}

/**
 * Blocks of a family with the stride of a block. `conv`: its kernel, its channels by a factor of `FACTORS`, one layer.
 * Otherwise any type of the family, channels and bottleneck by factors, up to two layers more or less. Channels are
 * rounded to multiples of 8, from 8 to 2048.
 */
function replacements(block: ZenBlock, family: Family): ZenBlock[] {
  const widths = scaled(block.channels);
  if (family === 'conv') {
    return widths.map((channels) => ({ ...block, channels, layers: 1 }));
  }
  const bottlenecks = scaled(block.bottleneck!);
  const depths = [-2, -1, 0, 1, 2].map((change) => block.layers + change).filter((layers) => layers >= 1);
  return BLOCK_TYPES.filter((type) => type.family === family).flatMap(({ name: type }) =>
    widths.flatMap((channels) =>
      depths.flatMap((layers) => bottlenecks.map((bottleneck) => ({ ...block, type, channels, bottleneck, layers }))),
    ),
  );
}

function scaled(channels: number): number[] {
  return [...new Set(FACTORS.map((factor) => roundChannels(Math.min(MOST_CHANNELS, factor(channels)))))];
}

function withBlocks(architecture: ZenArchitecture, index: number, blocks: readonly ZenBlock[]): ZenArchitecture {
  return { ...architecture, blocks: architecture.blocks.toSpliced(index, 1, ...blocks) };
}

function isConv(block: ZenBlock): boolean {
  return typeOf(block).family === 'conv';
}

/** The last convolution; the published searches over inverted bottlenecks leave it as it is. */
function isHead(block: ZenBlock): boolean {
  return isConv(block) && typeOf(block).kernel === 1;
}

function equal(a: ZenBlock, b: ZenBlock): boolean {
  return a.type === b.type && a.channels === b.channels && a.bottleneck === b.bottleneck && a.layers === b.layers;
}
