import type { DatasetInfo } from '@gradsign/dataset';
import type { Session } from '@gradsign/engine';
import { BATCH, IMAGES, LOGITS, type Network } from '@gradsign/network';
import { encodeModel, float32, GraphBuilder, tensor, type Tensor, type Value } from '@gradsign/onnx';
import type { ImageSet, TrainingData } from './data';
import { countCorrect, inferenceGraph } from './evaluate';
import { inputFacts, pixelScale } from './preprocessing';
import type { TrainedNetwork } from './train';

/** Names of the model's input and output. */
export const PIXELS = 'pixels';
export const PROBABILITIES = 'probabilities';

/** What a model is of: what it takes, and free facts for its metadata. */
export interface ModelSubject {
  /** The data set, with its digest where it has one. */
  readonly dataset: DatasetInfo & { readonly digest?: string };
  readonly about?: Readonly<Record<string, string>>;
}

/**
 * The trained network as an ONNX file that is ready for use: input `pixels` [N, C, H, W], float32 in 0…255 at the data
 * set's own size; normalisation and scaling are inside; outputs `logits` and `probabilities` [N, classes]. The metadata
 * has `class_names` (a JSON array), `input` (JSON, see `InputFacts`), `normalization` (JSON, what is inside),
 * `dataset`, and `dataset_digest` where the data set has one. Images that come normalised, as NumPy arrays do, are fed
 * as the data set has them.
 */
export function inferenceModel(
  network: Network,
  trained: TrainedNetwork,
  { dataset, about }: ModelSubject,
): Uint8Array {
  const body = inferenceGraph(network, trained.weights, trained.statistics);
  const builder = new GraphBuilder(network.graph.name);
  builder.reserve([...body.initializers.keys(), ...body.nodes.map(({ name }) => name)]);
  preprocess(builder, builder.input(PIXELS, 'float32', [BATCH, ...dataset.imageShape]), dataset, network);
  for (const [name, value] of body.initializers) builder.initializer(name, value);
  for (const node of body.nodes) builder.append(node);
  const logits = builder.value(LOGITS);
  builder.output(logits);
  builder.output(builder.node('Softmax', [logits], { axis: 1 }), PROBABILITIES);
  const names = dataset.classNames ?? Array.from({ length: dataset.classes }, (_, i) => String(i));
  const metadata = {
    class_names: JSON.stringify(names),
    input: JSON.stringify(inputFacts(PIXELS, dataset)),
    normalization: JSON.stringify(dataset.normalization),
    dataset: dataset.name,
    ...(dataset.digest !== undefined && { dataset_digest: dataset.digest }),
    ...about,
  };
  return encodeModel(builder.build(), { producer: 'gradsign', metadata });
}

/** Normalisation and scaling; the network's own input becomes their result, under the same name. */
function preprocess(builder: GraphBuilder, pixels: Value, dataset: DatasetInfo, network: Network): void {
  const { mean, std } = dataset.normalization;
  const scale = pixelScale(dataset);
  const perChannel = (values: readonly number[]) =>
    builder.constant(
      float32(
        values.map((value) => value * scale),
        [1, values.length, 1, 1],
      ),
    );
  const shifted = builder.node('Sub', [pixels, perChannel(mean)], {}, 'preprocess.shift');
  const factor = dataset.imageShape[1] / network.imageShape[1];
  if (factor === 1) {
    builder.node('Div', [shifted, perChannel(std)], {}, IMAGES);
    return;
  }
  const scaled = builder.node('Div', [shifted, perChannel(std)], {}, 'preprocess.scale');
  builder.node('AveragePool', [scaled], { kernel_shape: [factor, factor], strides: [factor, factor] }, IMAGES);
}

const BATCH_SIZE = 250;

/**
 * Accuracy in percent of a model's file on unscaled pixels; NaN without images.
 * @param model the file's bytes, loaded as they are
 */
export async function measureModel(model: Session, data: TrainingData, part: 'test' | 'validation'): Promise<number> {
  const set = data[part];
  let correct = 0;
  for (let start = 0; start < set.count; start += BATCH_SIZE) {
    const end = Math.min(start + BATCH_SIZE, set.count);
    const outputs = await model.run({ [PIXELS]: pixelBatch(data, set, start, end) });
    correct += countCorrect(outputs[LOGITS] as Tensor<'float32'>, set.labels.subarray(start, end));
  }
  return set.count === 0 ? NaN : (100 * correct) / set.count;
}

/** Images of a set, from `start` to before `end`, as a model's user has them. */
function pixelBatch(
  { dataset }: TrainingData,
  { indices, split }: ImageSet,
  start: number,
  end: number,
): Tensor<'float32'> {
  const [channels, height, width] = dataset.imageShape;
  const { mean, std } = dataset.normalization;
  const scale = pixelScale(dataset);
  const plane = height * width;
  const pixels = new Float32Array((end - start) * channels * plane);
  indices.slice(start, end).forEach((index, i) => {
    dataset.read(split, index, pixels, i * channels * plane);
    for (let c = 0; c < channels; c++) {
      const channel = pixels.subarray((i * channels + c) * plane, (i * channels + c + 1) * plane);
      // What was a byte is one again, whatever normalising it has rounded.
      channel.forEach((value, k) => {
        const pixel = (value * std[c] + mean[c]) * scale;
        channel[k] = scale === 255 ? Math.round(pixel) : pixel;
      });
    }
  });
  return tensor('float32', [end - start, channels, height, width], pixels);
}
