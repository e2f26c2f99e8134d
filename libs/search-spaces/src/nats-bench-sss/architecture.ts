/** Name of the space in requests and errors. */
export const NAME = 'nats-bench-sss';

/** Channels that a layer may have. */
export const WIDTHS = [8, 16, 24, 32, 40, 48, 56, 64] as const;

export type Width = (typeof WIDTHS)[number];

/** Number of layers: cell, reduction, cell, reduction, cell. */
export const LAYERS = 5;

/** A network of the size space: the channels of its layers, from the images to the classes. */
export type NatsBenchSizes = readonly Width[];
