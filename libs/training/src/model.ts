import type { DatasetInfo } from '@gradsign/dataset';
import type { Engine } from '@gradsign/engine';
import { BATCH, IMAGES, LOGITS, type Network } from '@gradsign/network';
import { decodeModel, encodeModel, float32, GraphBuilder, specialize, tensor, type Tensor } from '@gradsign/onnx';
import type { ImageSet, TrainingData } from './data';
import { countCorrect, inferenceGraph } from './evaluate';
import type { TrainedNetwork } from './train';

/** Names of the model's input and output. */
export const PIXELS = 'pixels';
export const PROBABILITIES = 'probabilities';

/**
 * The trained network as an ONNX file that is ready for use: input `pixels` [N, C, H, W], float32 in 0…255 at the data
 * set's own size; normalisation and scaling are inside; outputs `logits` and `probabilities` [N, classes]. Class names
 * are in the metadata (`class_names`, a JSON array).
 */
export function inferenceModel(network: Network, trained: TrainedNetwork, info: DatasetInfo): Uint8Array {
  const body = inferenceGraph(network, trained.weights, trained.statistics);
  const builder = new GraphBuilder(network.graph.name);
  builder.reserve([...body.initializers.keys(), ...body.nodes.map(({ name }) => name)]);
  const pixels = builder.input(PIXELS, 'float32', [BATCH, ...info.imageShape]);
  const { mean, std } = info.normalization;
  const perChannel = (values: readonly number[]) => builder.constant(float32(values, [1, values.length, 1, 1]));
  const shifted = builder.node('Sub', [pixels, perChannel(mean.map((m) => m * 255))], {}, 'preprocess.shift');
  const scaled = builder.node('Div', [shifted, perChannel(std.map((s) => s * 255))], {}, 'preprocess.scale');
  const factor = info.imageShape[1] / network.imageShape[1];
  // The network's own input becomes the result of the preprocessing, under the same name.
  const window = { kernel_shape: [factor, factor], strides: [factor, factor] };
  builder.node('AveragePool', [scaled], window, IMAGES);
  for (const [name, value] of body.initializers) builder.initializer(name, value);
  for (const node of body.nodes) builder.append(node);
  const logits = builder.value(LOGITS);
  builder.output(logits);
  builder.output(builder.node('Softmax', [logits], { axis: 1 }), PROBABILITIES);
  const names = info.classNames ?? Array.from({ length: info.classes }, (_, i) => String(i));
  return encodeModel(builder.build(), {
    producer: 'gradsign',
    metadata: { class_names: JSON.stringify(names), dataset: info.name },
  });
}

const BATCH_SIZE = 250;

/** Test accuracy in percent of a model file, measured from its bytes alone on unscaled pixels; NaN without images. */
export async function measureModel(
  engine: Engine,
  model: Uint8Array,
  data: TrainingData,
  part: 'test' | 'validation',
): Promise<number> {
  const set = data[part];
  const session = await engine.load(specialize(decodeModel(model), { [BATCH]: BATCH_SIZE }));
  try {
    let correct = 0;
    for (let start = 0; start < set.count; start += BATCH_SIZE) {
      const count = Math.min(BATCH_SIZE, set.count - start);
      const outputs = await session.run({ [PIXELS]: pixelBatch(data, set, start, count) });
      correct += countCorrect(outputs[LOGITS] as Tensor<'float32'>, set.labels.subarray(start, start + count));
    }
    return set.count === 0 ? NaN : (100 * correct) / set.count;
  } finally {
    await session.release();
  }
}

/** Images of a set at the data set's own size, as pixels in 0…255. */
function pixelBatch(
  { dataset }: TrainingData,
  { indices, split }: ImageSet,
  start: number,
  count: number,
): Tensor<'float32'> {
  const [channels, height, width] = dataset.imageShape;
  const { mean, std } = dataset.normalization;
  const size = channels * height * width;
  const pixels = new Float32Array(BATCH_SIZE * size);
  for (let i = 0; i < count; i++) {
    dataset.read(split, indices[start + i], pixels, i * size);
    for (let c = 0; c < channels; c++) {
      const channel = pixels.subarray(i * size + c * height * width, i * size + (c + 1) * height * width);
      channel.forEach((value, k) => (channel[k] = (value * std[c] + mean[c]) * 255));
    }
  }
  return tensor('float32', [BATCH_SIZE, channels, height, width], pixels);
}
