/** Name of the space in requests and errors. */
export const NAME = 'zen';

/** `conv`: a chain of convolutions; `residual` and `inverted`: chains of (inverted) bottlenecks with shortcuts. */
export type Family = 'conv' | 'residual' | 'inverted';

/** What a block's name says. */
export interface BlockType {
  readonly name: string;
  readonly family: Family;
  /** Side of the kernel. */
  readonly kernel: number;
  /** `residual`: whether 1×1 convolutions enclose the kernel. */
  readonly enclosed?: boolean;
  /** `inverted`: channels of the depthwise convolution by those of the block. */
  readonly expansion?: number;
}

/** Blocks of the published search spaces, in their order. */
export const BLOCK_TYPES: readonly BlockType[] = [
  ...[1, 3, 5, 7].map((kernel) => ({ name: `SuperConvK${kernel}BNRELU`, family: 'conv', kernel }) as const),
  ...[3, 5, 7].map(
    (kernel) => ({ name: `SuperResK1K${kernel}K1`, family: 'residual', kernel, enclosed: true }) as const,
  ),
  ...[3, 5, 7].map((kernel) => ({ name: `SuperResK${kernel}K${kernel}`, family: 'residual', kernel }) as const),
  ...[3, 5, 7].flatMap((kernel) =>
    [1, 2, 4, 6].map(
      (expansion) => ({ name: `SuperResIDWE${expansion}K${kernel}`, family: 'inverted', kernel, expansion }) as const,
    ),
  ),
];

const types = new Map(BLOCK_TYPES.map((type) => [type.name, type]));

export interface ZenBlock {
  /** A name of `BLOCK_TYPES`. */
  readonly type: string;
  /** Output channels of every layer. */
  readonly channels: number;
  /** Of the first layer. */
  readonly stride: number;
  /** Channels inside of each layer; absent in blocks of the family `conv`. */
  readonly bottleneck?: number;
  /** Number of layers. */
  readonly layers: number;
}

export interface ZenArchitecture {
  /** Channels that the first block says it reads; a network's first block reads its images. */
  readonly inputChannels: number;
  readonly blocks: readonly ZenBlock[];
}

export function typeOf({ type }: ZenBlock): BlockType {
  return types.get(type)!;
}

/** The multiple of 8 that is nearest, the even one of two, and at least 8: Python's `round`, as published. */
export function roundChannels(channels: number): number {
  const eighths = channels / 8;
  const below = Math.floor(eighths);
  const up = eighths - below > 0.5 || (eighths - below === 0.5 && below % 2 === 1);
  return Math.max(8, 8 * (up ? below + 1 : below));
}
