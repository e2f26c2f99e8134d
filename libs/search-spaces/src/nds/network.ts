import { NetworkBuilder, type Network } from '@gradsign/network';
import type { Value } from '@gradsign/onnx';
import { NetworkOptionError } from '../errors';
import type { NetworkOptions } from '../search-space';
import { EDGES_PER_NODE, INPUTS, nodeOf, type Cell, type NdsArchitecture } from './architecture';
import { factorizedReduction, reluConvNorm } from './layers';
import { operations } from './operations';
import { cifarStem, imagenetStem, usesImagenetStem } from './stems';

/** The second of two reductions needs two rows and columns. */
const SMALLEST = 4;

/** The output of the cell before the last one, of the last one, and whether the last one halved the size. */
interface States {
  readonly older: Value;
  readonly newer: Value;
  readonly reduced: boolean;
}

/**
 * The published network: a stem, `depth` cells, mean over space, linear. Cells ⌊depth/3⌋ and ⌊2·depth/3⌋ are reductions,
 * which double the channels, and halve height and width on the edges that come from the cell's inputs. Every cell
 * brings its two inputs to its own channels by ReLU-conv1x1-BN, the older one by a factorized reduction where it is
 * twice as large. Without auxiliary head and drop path. Every variant is this network. Of `channels` = C and
 * `cellsPerStage` = n, the former replaces the width, 3n the depth. Weights' paths are
 * `cell.<n>.input.<0|1>.…` and `cell.<n>.edge.<source>-<node>.<first or second edge of the node: 0|1>.<operation>.…`.
 * Radosavovic et al. 2019; cells and layers as in DARTS, Liu et al. 2019.
 */
export function ndsNetwork(name: string, architecture: NdsArchitecture, options: NetworkOptions): Network {
  const { imageShape, classes, channels: width = architecture.width } = options;
  const depth = options.cellsPerStage === undefined ? architecture.depth : 3 * options.cellsPerStage;
  check(name, options, width);
  const build = new NetworkBuilder({ name, imageShape, classes });
  const reductions = [Math.floor(depth / 3), Math.floor((2 * depth) / 3)];
  let states: States = usesImagenetStem(imageShape) ? imagenetStem(build, width) : cifarStem(build, width);
  let channels = width;
  for (let i = 0; i < depth; i++) {
    const reduces = reductions.includes(i);
    channels *= reduces ? 2 : 1;
    const cell = reduces ? architecture.reduce : architecture.normal;
    const block = cellBlock(build, states, `cell.${i}`, { cell, channels, stride: reduces ? 2 : 1 });
    const output = build.cell([states.older, states.newer], block);
    states = { older: states.newer, newer: output, reduced: reduces };
  }
  return build.build(build.linear(build.globalAveragePool(states.newer), 'head.linear', { out: classes }));
}

interface CellOptions {
  readonly cell: Cell;
  /** Channels of every state. */
  readonly channels: number;
  /** Stride of the edges that come from the cell's inputs. */
  readonly stride: number;
}

function cellBlock(build: NetworkBuilder, inputs: States, path: string, { cell, channels, stride }: CellOptions) {
  const pointwise = { out: channels, kernel: 1 };
  const states = [
    inputs.reduced
      ? factorizedReduction(build, inputs.older, `${path}.input.0`, channels)
      : reluConvNorm(build, inputs.older, `${path}.input.0`, pointwise),
    reluConvNorm(build, inputs.newer, `${path}.input.1`, pointwise),
  ];
  for (let first = 0; first < cell.edges.length; first += EDGES_PER_NODE) {
    const node = nodeOf(first);
    const [a, b] = cell.edges.slice(first, first + EDGES_PER_NODE).map(({ operation, source }, i) => {
      const edge = `${path}.edge.${source}-${node}.${i}.${operation}`;
      return operations[operation](build, states[source], edge, source < INPUTS ? stride : 1);
    });
    states.push(build.add(a, b));
  }
  return build.concat(cell.concat.map((state) => states[state]));
}

function check(name: string, { imageShape, classes, cellsPerStage = 1 }: NetworkOptions, channels: number): void {
  for (const [option, value] of Object.entries({ classes, channels, cellsPerStage, 'imageShape[0]': imageShape[0] })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new NetworkOptionError(option, value, 'it must be a positive integer');
    }
  }
  for (const axis of [1, 2]) {
    const size = imageShape[axis];
    if (!Number.isInteger(size) || size < SMALLEST) {
      throw new NetworkOptionError(
        `imageShape[${axis}]`,
        size,
        `${name} halves height and width twice, so each must be an integer of at least ${SMALLEST}`,
      );
    }
  }
  if (usesImagenetStem(imageShape) && channels % 2 !== 0) {
    throw new NetworkOptionError(
      'channels',
      channels,
      `it must be even: ${name} halves them in the stem of large images`,
    );
  }
}
