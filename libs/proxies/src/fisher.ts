import { gradientFamily } from './gradient-family';
import type { GraphProxy } from './proxy';

/**
 * Σ over the output channels of convolutions and linear layers of ½·mean_n (Σ_hw a·∂L/∂a)², once for every weight of
 * the channel; a is the layer's output with its bias, n the sample, L the mean loss over the batch. A layer that is
 * used several times counts with each use. Higher is better.
 *
 * Theis et al., "Faster gaze prediction with dense networks and Fisher pruning", 2018; Turner et al., "BlockSwap",
 * ICLR 2020; broadcast to weights and summed over the network by Abdelfattah et al., ICLR 2021.
 */
export const fisher: GraphProxy = {
  ...gradientFamily,
  id: 'fisher',
  definition: 'sum over the weights of ½ · mean over the samples of (Σ activation × its gradient)² of their channel',
  source: 'Turner et al., BlockSwap, ICLR 2020; Abdelfattah et al., ICLR 2021',
  request: (pass) => pass.outputSaliencies(),
  reduce: (outputs, { layers, batchSize }) => {
    let value = 0;
    let weights = 0;
    let nanCount = 0;
    outputs.forEach(({ data, shape: [, channels] }, l) => {
      const size = layers[l].values.data.length;
      let squares = 0;
      for (let k = 0; k < data.length; k++) squares += Number(data[k]) ** 2;
      value += ((squares / batchSize / 2) * size) / channels;
      weights += size;
      if (squares !== squares) nanCount += size;
    });
    return { value, weights, nanCount };
  },
};
