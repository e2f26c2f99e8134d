import { sampleBatch } from '@gradsign/dataset';
import { openDataset } from '@gradsign/datasets';
import { createOnnxRuntimeEngine } from '@gradsign/engine-onnxruntime';
import { searchSpace } from '@gradsign/search-spaces';
import { evaluateProxies } from './evaluate';

/**
 * Scores of full-size NAS-Bench-201 networks on noise in the shape of CIFAR-10, seed 42. They guard the definition of
 * scores: whoever changes the generator, the weights' paths or initialisation, a network or a proxy, and with it one
 * of these numbers, raises SCORE_DEFINITION_VERSION in identity.ts, so that stored scores are not mixed with new ones.
 */
const golden: Record<string, Record<string, number>> = {
  '|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|none~0|nor_conv_3x3~1|nor_conv_1x1~2|': {
    gradsign: 1_155_538,
    gradsign_squared: 5_918_516,
    gradsign_mean: 3.1363670908,
    live_weights: 368_432,
    grad_norm: 79.2960662,
    snip: 158.9889007,
    params: 372_346,
    flops: 51_036_810,
    grasp: 116.024876,
    fisher: 9.289738425,
    plain: 0.2331736,
    l2_norm: 180.9617358077135,
    synflow: 2.0231587956e26,
    synflow_reduction_bn: 2.3516031563e23,
    naswot: 200.3462227059933,
    jacob_cov: -16.417247,
    random: 0.2641383968293667,
  },
  '|skip_connect~0|+|none~0|none~1|+|avg_pool_3x3~0|none~1|none~2|': {
    gradsign: 229_588,
    gradsign_squared: 1_212_128,
    gradsign_mean: 3.1557620409,
    live_weights: 72_752,
    grad_norm: 9.404553925,
    snip: 21.89754615,
    params: 73_306,
    flops: 7_783_050,
    grasp: 1.05541932,
    fisher: 1.306679907,
    plain: 0.080518953,
    l2_norm: 27.854407110647333,
    synflow: 2_649_665.815734947,
    synflow_reduction_bn: 2_418.3909201,
    naswot: 161.1951301881722,
    jacob_cov: -22.1940197,
    zen: 11.2462075736,
    random: 0.3547232048586011,
  },
};

/**
 * Relative differences between processors: counts and the random number have none; in float32, a ReLU input next to
 * zero may fall on the other side, which moves the gradients of all layers before it by a thousandth.
 */
const tolerances: Record<string, number> = {
  gradsign: 5e-4,
  gradsign_squared: 5e-4,
  gradsign_mean: 5e-4,
  grad_norm: 3e-3,
  snip: 3e-3,
  // Second derivatives, squares and inverses of small eigenvalues make more of it, and plain is what snip's terms leave.
  grasp: 1e-2,
  fisher: 1e-2,
  plain: 1e-1,
  jacob_cov: 1e-2,
  naswot: 1e-4,
  synflow: 1e-5,
  synflow_reduction_bn: 1e-4,
  l2_norm: 1e-9,
  zen: 1e-3,
};

const space = searchSpace('nas-bench-201');
const dataset = openDataset('noise:cifar10');
const batch = sampleBatch(dataset, { split: 'train', size: 16, seed: 42 });

it.each(Object.entries(golden))(
  '%s',
  async (architecture, expected) => {
    const results = await evaluateProxies({
      engine: createOnnxRuntimeEngine(),
      network: space.network(space.parse(architecture), dataset),
      architecture,
      proxies: Object.keys(expected),
      batch,
      seed: 42,
      initializations: 1,
    });
    for (const { id, value } of results) {
      const difference = Math.abs(value / expected[id] - 1);
      expect(difference <= (tolerances[id] ?? 0) ? id : `${id} ${value}`).toBe(id);
    }
  },
  60_000,
);
