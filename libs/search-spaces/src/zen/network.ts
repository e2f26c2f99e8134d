import { NetworkBuilder, type Network } from '@gradsign/network';
import { NetworkOptionError } from '../errors';
import type { NetworkOptions } from '../search-space';
import { NAME, type ZenArchitecture } from './architecture';
import { blockLayers } from './layers';

/**
 * The blocks one after the other, mean over space, linear, with all residual links and without squeeze-and-excitation;
 * BN with epsilon 1e-3. Weights' paths are `block.<n>.layer.<n>.…`. Every variant is this network. The first block
 * reads images of any number of channels. Lin et al. 2021.
 */
export function zenNetwork({ blocks }: ZenArchitecture, options: NetworkOptions): Network {
  check(options);
  const { imageShape, classes } = options;
  const build = new NetworkBuilder({ name: NAME, imageShape, classes });
  const features = blocks.reduce(
    (x, block, i) => build.cell([x], blockLayers(build, x, `block.${i}`, block)),
    build.images,
  );
  return build.build(build.linear(build.globalAveragePool(features), 'head.linear', { out: classes }));
}

function check({ imageShape, classes, channels, cellsPerStage }: NetworkOptions): void {
  const sizes = imageShape.map((size, axis) => [`imageShape[${axis}]`, size] as const);
  for (const [option, value] of [...sizes, ['classes', classes] as const]) {
    if (!Number.isInteger(value) || value < 1) {
      throw new NetworkOptionError(option, value, 'it must be a positive integer');
    }
  }
  for (const [option, value] of Object.entries({ channels, cellsPerStage })) {
    if (value !== undefined) {
      throw new NetworkOptionError(option, value, `it must be absent: the architecture fixes the sizes of ${NAME}`);
    }
  }
}
