import { cropFlip, drawCropFlip } from '@gradsign/dataset';
import type { Engine } from '@gradsign/engine';
import { IMAGES, initializeWeights, LOGITS, type Network } from '@gradsign/network';
import { tensor, type Tensor } from '@gradsign/onnx';
import { Random, Stream } from '@gradsign/random';
import type { TrainingData } from './data';
import { accuracies, countCorrect, inferenceGraph } from './evaluate';
import { gradientOf, LABELS, LOSS, meanOf, trainingGraph, varianceOf } from './graph';
import { RunningStatistics } from './running-statistics';
import { TrainerSettingsError, type TrainerSettings } from './settings';
import { cosineRate, Sgd } from './sgd';

/** Measurements at the end of an epoch (1 is the first). Accuracies in percent; NaN where there are no images. */
export interface EpochMetrics {
  readonly epoch: number;
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  readonly validationAccuracy: number;
  readonly testAccuracy: number;
}

export interface TrainOptions {
  readonly engine: Engine;
  readonly network: Network;
  readonly data: TrainingData;
  readonly settings: TrainerSettings;
  /** Determines initial weights, the order of the images, and augmentation. */
  readonly seed: number | bigint;
  /** Awaited before every step; it throws where the training should stop. */
  readonly checkpoint?: () => Promise<void>;
  readonly onStep?: (step: number, steps: number) => void;
  readonly onEpoch?: (metrics: EpochMetrics) => void;
}

/** A trained network. */
export interface TrainedNetwork {
  readonly weights: ReadonlyMap<string, Tensor<'float32'>>;
  /** Running statistics of its normalisations. */
  readonly statistics: ReadonlyMap<string, Tensor<'float32'>>;
  /** One entry an epoch. */
  readonly curve: readonly EpochMetrics[];
}

/**
 * Trains a network by SGD with momentum on a cosine schedule. An epoch visits every training image once, in an order
 * drawn for it, in whole batches: the images that do not fill one are left out. The result is the same bits for the
 * same arguments on the same engine and machine.
 * @throws TrainerSettingsError where there is no whole batch.
 */
export async function train(options: TrainOptions): Promise<TrainedNetwork> {
  const { engine, network, data, settings, seed } = options;
  const stepsPerEpoch = Math.floor(data.train.count / settings.batchSize);
  if (stepsPerEpoch < 1) {
    throw new TrainerSettingsError(
      'batchSize',
      settings.batchSize,
      `there are only ${data.train.count} training images`,
    );
  }
  const steps = stepsPerEpoch * settings.epochs;
  const built = trainingGraph(network, settings.batchSize);
  const weights = initializeWeights(network, { seed, initialization: 0 });
  const decayed = network.weights.filter(({ role }) => role === 'conv' || role === 'linear').map(({ path }) => path);
  const sgd = new Sgd(settings, new Set(decayed));
  const statistics = new RunningStatistics();
  const curve: EpochMetrics[] = [];
  const session = await engine.load(built.graph);
  try {
    for (let epoch = 1; epoch <= settings.epochs; epoch++) {
      const order = new Random(Stream.of(seed, 'order', epoch)).shuffle([...Array(data.train.count).keys()]);
      let loss = 0;
      let correct = 0;
      for (let i = 0; i < stepsPerEpoch; i++) {
        await options.checkpoint?.();
        const step = (epoch - 1) * stepsPerEpoch + i;
        const indices = order.slice(i * settings.batchSize, (i + 1) * settings.batchSize);
        const batch = gather(data, indices, settings, Stream.of(seed, 'augmentation', epoch));
        const outputs = (await session.run({
          [IMAGES]: batch.images,
          [LABELS]: oneHot(batch.labels, network.classes),
          ...Object.fromEntries(built.trainable.map((path) => [path, weights.get(path)!])),
        })) as Record<string, Tensor<'float32'>>;
        const rate = cosineRate(settings.learningRate, step, steps);
        for (const path of built.trainable) sgd.update(path, weights.get(path)!, outputs[gradientOf(path)], rate);
        for (const { name, count } of built.normalizations) {
          statistics.update(name, outputs[meanOf(name)], outputs[varianceOf(name)], count);
        }
        loss += outputs[LOSS].data[0];
        correct += countCorrect(outputs[`${LOGITS}:out`], batch.labels);
        options.onStep?.(step + 1, steps);
      }
      const graph = inferenceGraph(network, weights, statistics.tensors());
      const [validationAccuracy, testAccuracy] = await accuracies(engine, graph, [data.validation, data.test]);
      const metrics: EpochMetrics = {
        epoch,
        trainLoss: loss / stepsPerEpoch,
        trainAccuracy: (100 * correct) / (stepsPerEpoch * settings.batchSize),
        validationAccuracy,
        testAccuracy,
      };
      curve.push(metrics);
      options.onEpoch?.(metrics);
    }
  } finally {
    await session.release();
  }
  return { weights, statistics: statistics.tensors(), curve };
}

function gather(data: TrainingData, indices: readonly number[], { augmentation }: TrainerSettings, stream: Stream) {
  const { imageShape, dataset, train } = data;
  const size = imageShape.reduce((a, b) => a * b, 1);
  const images = new Float32Array(indices.length * size);
  indices.forEach((index, i) => {
    const image = images.subarray(i * size, (i + 1) * size);
    image.set(train.images.subarray(index * size, (index + 1) * size));
    if (augmentation === 'crop-flip') {
      cropFlip(image, { imageShape, normalization: dataset.normalization }, drawCropFlip(stream.child(index)));
    }
  });
  return {
    images: tensor('float32', [indices.length, ...imageShape], images),
    labels: Int32Array.from(indices, (index) => train.labels[index]),
  };
}

function oneHot(labels: Int32Array, classes: number): Tensor<'float32'> {
  const data = new Float32Array(labels.length * classes);
  labels.forEach((label, i) => (data[i * classes + label] = 1));
  return tensor('float32', [labels.length, classes], data);
}
