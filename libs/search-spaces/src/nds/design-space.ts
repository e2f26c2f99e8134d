import type { Operation } from './operations';

/** One of the five cell spaces of NDS; Radosavovic et al. 2019, table 2. */
export interface DesignSpace {
  /** Name of the space in requests and errors. */
  readonly name: string;
  /** Candidate operations of an edge, in the published order. */
  readonly operations: readonly Operation[];
  /** Nodes of a cell beside its two inputs. */
  readonly nodes: number;
  /** Which nodes a sampled cell concatenates: `loose ends` are those that no other node reads. */
  readonly output: 'loose ends' | 'all';
}

/** Initial numbers of filters and numbers of cells that the published networks were drawn from. */
export const WIDTHS: readonly number[] = [16, 24, 32];
export const DEPTHS: readonly number[] = [4, 8, 12, 16, 20];

export const darts: DesignSpace = {
  name: 'nds-darts',
  operations: [
    'none',
    'max_pool_3x3',
    'avg_pool_3x3',
    'skip_connect',
    'sep_conv_3x3',
    'sep_conv_5x5',
    'dil_conv_3x3',
    'dil_conv_5x5',
  ],
  nodes: 4,
  output: 'all',
};

export const enas: DesignSpace = {
  name: 'nds-enas',
  operations: ['skip_connect', 'sep_conv_3x3', 'sep_conv_5x5', 'avg_pool_3x3', 'max_pool_3x3'],
  nodes: 5,
  output: 'loose ends',
};

export const pnas: DesignSpace = {
  name: 'nds-pnas',
  operations: [
    'sep_conv_3x3',
    'sep_conv_5x5',
    'sep_conv_7x7',
    'conv_7x1_1x7',
    'skip_connect',
    'avg_pool_3x3',
    'max_pool_3x3',
    'dil_conv_3x3',
  ],
  nodes: 5,
  output: 'all',
};

export const nasnet: DesignSpace = {
  name: 'nds-nasnet',
  operations: [
    'skip_connect',
    'conv_3x1_1x3',
    'conv_7x1_1x7',
    'dil_conv_3x3',
    'avg_pool_3x3',
    'max_pool_3x3',
    'max_pool_5x5',
    'max_pool_7x7',
    'conv_1x1',
    'conv_3x3',
    'sep_conv_3x3',
    'sep_conv_5x5',
    'sep_conv_7x7',
  ],
  nodes: 5,
  output: 'loose ends',
};

export const amoeba: DesignSpace = {
  name: 'nds-amoeba',
  operations: [
    'skip_connect',
    'sep_conv_3x3',
    'sep_conv_5x5',
    'sep_conv_7x7',
    'avg_pool_3x3',
    'max_pool_3x3',
    'dil_sep_conv_3x3',
    'conv_7x1_1x7',
  ],
  nodes: 5,
  output: 'loose ends',
};
