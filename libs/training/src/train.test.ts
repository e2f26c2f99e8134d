import type { Dataset } from '@gradsign/dataset';
import { openDataset } from '@gradsign/datasets';
import { createOnnxRuntimeEngine, loadModelFile } from '@gradsign/engine-onnxruntime';
import { decodeModel, modelMetadata, specialize, tensor, type Tensor } from '@gradsign/onnx';
import { searchSpace } from '@gradsign/search-spaces';
import { prepareData } from './data';
import { inferenceGraph } from './evaluate';
import { inferenceModel, measureModel } from './model';
import type { TrainerSettings } from './settings';
import { cosineRate, Sgd } from './sgd';
import { train } from './train';

const engine = createOnnxRuntimeEngine();
const dataset = openDataset('mnist');
const settings: TrainerSettings = {
  epochs: 2,
  batchSize: 32,
  learningRate: 0.1,
  momentum: 0.9,
  weightDecay: 5e-4,
  nesterov: true,
  augmentation: 'none',
  trainSamples: 512,
  validationSamples: 300,
  testSamples: 300,
  imageSize: 16,
};
const data = prepareData(dataset, settings);

const CONNECTED = '|nor_conv_3x3~0|+|skip_connect~0|none~1|+|none~0|avg_pool_3x3~1|nor_conv_1x1~2|';

function network(architecture = CONNECTED) {
  const space = searchSpace('nas-bench-201');
  const options = { imageShape: data.imageShape, classes: dataset.classes, channels: 8, cellsPerStage: 1 };
  return space.network(space.parse(architecture), options);
}

const bits = (weights: ReadonlyMap<string, Tensor<'float32'>>) =>
  [...weights].map(([path, { data: w }]) => [path, ...w]);

test('the parts of the data are disjoint, and the same for every training', () => {
  const used = [...data.train.indices, ...data.validation.indices];
  expect(new Set(used).size).toBe(812);
  expect(prepareData(dataset, settings).train.indices).toEqual(data.train.indices);
  expect(data.train.images).toHaveLength(512 * 16 * 16);
  expect([...data.train.labels.slice(0, 20)]).toEqual(
    data.train.indices.slice(0, 20).map((i) => dataset.label('train', i)),
  );
});

/** Images [2, 4, 8] whose every pixel is 10 × index, in splits of 6, 4 and 2, as arrays or as bytes. */
function oblong(scale: 1 | 255): Dataset {
  const std = scale === 1 ? 1 : 0.5;
  const made: Dataset = {
    name: 'folder:oblong',
    digest: 'd1',
    imageShape: [2, 4, 8],
    classes: 2,
    classNames: ['even', 'odd'],
    normalization: { mean: [0, 0], std: [std, std] },
    count: (split) => ({ train: 6, validation: 4, test: 2 })[split],
    label: (_, index) => index % 2,
    read: (_, index, out, offset) => void out.fill((10 * index) / scale / std, offset, offset + 64),
  };
  return made;
}

test('a validation split of its own is used as such; images need not be square', () => {
  const parts = { trainSamples: 6, validationSamples: 3, testSamples: 2 };
  const {
    imageShape,
    train: all,
    validation,
    test: rest,
  } = prepareData(oblong(1), { ...settings, ...parts, imageSize: 2 });
  expect(imageShape).toEqual([2, 2, 4]);
  expect([all, validation, rest].map(({ split }) => split)).toEqual(['train', 'validation', 'test']);
  expect(all.indices.toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
  expect(new Set(validation.indices).size).toBe(3);
  expect([...validation.images]).toEqual(validation.indices.flatMap((i) => new Array<number>(16).fill(10 * i)));
});

test.each([1, 255] as const)('the model of images up to %d normalises what it is fed', async (scale) => {
  const [made, space] = [oblong(scale), searchSpace('nas-bench-201')];
  const options = { imageShape: made.imageShape, classes: 2, channels: 2, cellsPerStage: 1 };
  const net = space.network(space.parse(CONNECTED), options);
  const parts = { trainSamples: 6, validationSamples: 4, testSamples: 2, imageSize: 4, batchSize: 2, epochs: 1 };
  const prepared = prepareData(made, { ...settings, ...parts });
  const trained = await train({ engine, network: net, data: prepared, settings: { ...settings, ...parts }, seed: 1 });
  const model = inferenceModel(net, trained, { dataset: made });
  const session = await loadModelFile(model);
  const { validationAccuracy, testAccuracy } = trained.curve[0];
  expect(await measureModel(session, prepared, 'validation')).toBe(validationAccuracy);
  expect(await measureModel(session, prepared, 'test')).toBe(testAccuracy);

  // The network itself, on the normalised image, and the file, on the image as its user has it, say the same.
  const body = inferenceGraph(net, trained.weights, trained.statistics);
  const plain = await engine.load(specialize(body, { N: 1 }));
  const image = (value: number) => tensor('float32', [1, 2, 4, 8], new Float32Array(64).fill(value));
  const std = made.normalization.std[0];
  const inside = await plain.run({ images: image(Math.fround(30 / scale / std)) });
  const outside = await session.run({ pixels: image(30) });
  [...(outside.logits.data as Float32Array)].forEach((logit, i) =>
    expect(logit).toBeCloseTo((inside.logits.data as Float32Array)[i], 4),
  );
  const input = JSON.parse(modelMetadata(model).input);
  expect([input.range, input.height, input.width]).toEqual([scale === 255 ? [0, 255] : undefined, 4, 8]);
  expect(modelMetadata(model)).toMatchObject({ dataset: 'folder:oblong', dataset_digest: 'd1' });
});

test.each([
  ['imageSize', { imageSize: 15 }],
  ['imageSize', { imageSize: 0 }],
  ['trainSamples', { trainSamples: 60_000 }],
  ['validationSamples', { validationSamples: 60_001 }],
  ['testSamples', { testSamples: 10_001 }],
] as const)('%s out of range is refused by name', (field, change) => {
  expect(() => prepareData(dataset, { ...settings, ...change })).toThrow(new RegExp(`^${field} is `));
});

test('a network learns; the same seed gives the same bits; the model file is as accurate as the network', async () => {
  const options = { engine, network: network(), data, settings, seed: 1 };
  const trained = await train(options);
  const [first, last] = trained.curve;
  expect(last.trainLoss).toBeLessThan(first.trainLoss);
  // Chance is 10 %.
  expect(last.validationAccuracy).toBeGreaterThan(40);
  expect(last.testAccuracy).toBeGreaterThan(40);

  const again = await train(options);
  expect(bits(again.weights)).toEqual(bits(trained.weights));
  expect(again.curve).toEqual(trained.curve);
  const other = await train({ ...options, seed: 2 });
  expect(bits(other.weights)).not.toEqual(bits(trained.weights));

  const model = inferenceModel(network(), trained, { dataset, about: { seed: '1' } });
  expect(decodeModel(model).inputs[0]).toMatchObject({ name: 'pixels', shape: ['N', 1, 32, 32] });
  // A pixel's rounding may turn a tie on single images.
  expect(
    Math.abs((await measureModel(await loadModelFile(model), data, 'test')) - last.testAccuracy),
  ).toBeLessThanOrEqual(0.7);
  const { class_names, input, normalization, ...facts } = modelMetadata(model);
  expect(JSON.parse(class_names)).toEqual([...'0123456789']);
  expect(JSON.parse(input)).toEqual({
    ...{ name: 'pixels', type: 'float32', layout: 'NCHW', channels: 'grey', height: 32, width: 32, range: [0, 255] },
    preparation: dataset.preparation,
  });
  expect(JSON.parse(normalization)).toEqual(dataset.normalization);
  expect(facts).toEqual({ dataset: 'mnist', seed: '1' });
});

test('a network without any path from input to output stays at the level of chance', async () => {
  const dead = network('|none~0|+|none~0|none~1|+|none~0|none~1|none~2|');
  const trained = await train({ engine, network: dead, data, settings: { ...settings, epochs: 1 }, seed: 1 });
  expect(trained.curve[0].validationAccuracy).toBeLessThan(25);
  const session = await loadModelFile(inferenceModel(dead, trained, { dataset }));
  expect(await measureModel(session, data, 'test')).toBe(trained.curve[0].testAccuracy);
});

test('augmentation changes the training', async () => {
  const short = { ...settings, epochs: 1, trainSamples: 64 };
  const run = (augmentation: 'none' | 'crop-flip') =>
    train({
      engine,
      network: network(),
      data: prepareData(dataset, short),
      settings: { ...short, augmentation },
      seed: 1,
    });
  expect(bits((await run('crop-flip')).weights)).not.toEqual(bits((await run('none')).weights));
});

test('a checkpoint that throws ends the training at once', async () => {
  let steps = 0;
  const stopped = train({
    engine,
    network: network(),
    data,
    settings,
    seed: 1,
    checkpoint: async () => {
      if (steps === 3) throw new Error('stop');
    },
    onStep: (step) => (steps = step),
  });
  await expect(stopped).rejects.toThrow('stop');
  expect(steps).toBe(3);
});

test('fewer images than a batch are refused', async () => {
  const tiny = { ...settings, trainSamples: 16 };
  const refused = train({ engine, network: network(), data: prepareData(dataset, tiny), settings: tiny, seed: 1 });
  await expect(refused).rejects.toThrow('batchSize is 32: there are only 16 training images');
});

test('the learning rate falls along half a cosine', () => {
  expect([0, 50, 100].map((step) => cosineRate(0.2, step, 100))).toEqual([0.2, expect.closeTo(0.1), expect.closeTo(0)]);
});

test('two steps of SGD are what PyTorch’s formula gives', () => {
  const one = (value: number): Tensor<'float32'> => ({ dtype: 'float32', shape: [1], data: Float32Array.of(value) });
  const run = (nesterov: boolean) => {
    const sgd = new Sgd({ momentum: 0.5, nesterov, weightDecay: 0.1 }, new Set(['w']));
    const w = one(1);
    sgd.update('w', w, one(2), 0.1);
    sgd.update('w', w, one(2), 0.1);
    return w.data[0];
  };
  // Plain: v = 2.1, w = 0.79; v = 1.05 + 2.079 = 3.129, w = 0.4771.
  expect(run(false)).toBeCloseTo(0.4771, 6);
  // Nesterov: w = 1 − 0.1·(2.1 + 1.05) = 0.685; v = 1.05 + 2.0685 = 3.1185, w = 0.685 − 0.1·(2.0685 + 1.55925).
  expect(run(true)).toBeCloseTo(0.322225, 6);
});
