import { foldConstants, gradients, shareNodes } from '@gradsign/autodiff';
import { BATCH, IMAGES, LOGITS, normalize, pruneNetwork, withWeights } from '@gradsign/network';
import { float32, GraphBuilder, removeDeadNodes, sizeOf, specialize, tensor, type Node } from '@gradsign/onnx';
import type { ProgramProxy, ProgramSubject, ProxyValue } from './proxy';
import { rescale } from './rescale';

const shared = {
  kind: 'program',
  higherIsBetter: true,
  source: 'Tanaka et al., SynFlow, NeurIPS 2020; Abdelfattah et al., ICLR 2021',
  data: 'none',
  defaultBatchSize: 0,
  chunkable: false,
} as const;

/**
 * Σ |W ⊙ ∂R/∂W| over the weights of convolutions and linear layers, where R is the sum of the logits of one image of
 * ones, every parameter θ (biases too) is |θ|, and normalisation is removed. Higher is better. The value grows with
 * the depth, beyond 1e40 for networks of usual size; it is computed on values that are rescaled by powers of two, so
 * that float32's range does not matter: ∞ means above 1.8e308. A network without live weights has 0.
 *
 * Tanaka et al., "Pruning neural networks without any data by iteratively conserving synaptic flow", NeurIPS 2020;
 * summed over the network by Abdelfattah et al., ICLR 2021.
 */
export const synflow: ProgramProxy = {
  ...shared,
  id: 'synflow',
  definition:
    'sum over the weights of |weight × gradient of the summed logits of an image of ones|, all weights made positive, no normalisation',
  normalization: 'none',
  evaluate: (subject) => flow(subject, () => true),
};

/**
 * `synflow` as the published NAS-Bench-201 code computes it: the two reduction blocks keep their normalisation, by
 * the statistics of the one image. Equal to `synflow` for networks without NAS-Bench-201's reduction blocks.
 */
export const synflowReductionBn: ProgramProxy = {
  ...shared,
  id: 'synflow_reduction_bn',
  definition: "synflow with the normalisation of NAS-Bench-201's reduction blocks kept",
  normalization: 'sample',
  evaluate: (subject) => flow(subject, ({ name }) => !/^reduction\.\d+\.norm\.\d+$/.test(name)),
};

async function flow(
  { network, weights, run }: ProgramSubject,
  removed: (normalization: Node) => boolean,
): Promise<ProxyValue> {
  const alive = pruneNetwork(network);
  const positive = new Map(
    alive.weights.map(({ path, shape }) => [path, tensor('float32', shape, weights.get(path)!.data.map(Math.abs))]),
  );
  const fixed = specialize(withWeights(alive, positive), { [BATCH]: 1 });
  const { graph, exponent } = rescale(normalize(normalize(fixed, 'batch'), 'removed', { select: removed }));

  const builder = GraphBuilder.from({ ...graph, outputs: [] });
  const layers = alive.weights.filter(({ role }) => role === 'conv' || role === 'linear');
  const ones = builder.constant(float32(new Float32Array(network.classes).fill(1), [1, network.classes]));
  gradients(builder, {
    seeds: [[builder.value(LOGITS), ones]],
    withRespectTo: layers.map(({ path }) => builder.value(path)),
  }).forEach((gradient, l) => builder.output(gradient, `gradient:${layers[l].path}`));
  const image = tensor('float32', [1, ...network.imageShape], new Float32Array(sizeOf(network.imageShape)).fill(1));
  const outputs = await run(foldConstants(removeDeadNodes(shareNodes(builder.build()))), { [IMAGES]: image });

  let value = 0;
  let count = 0;
  let nanCount = 0;
  for (const { path } of layers) {
    const gradient = outputs[`gradient:${path}`].data as ArrayLike<number>;
    const { data } = positive.get(path)!;
    count += data.length;
    for (let k = 0; k < data.length; k++) {
      const product = data[k] * gradient[k];
      if (product !== product) nanCount++;
      value += product < 0 ? -product : product;
    }
  }
  return { value: value * 2 ** exponent(LOGITS), weights: count, nanCount };
}
