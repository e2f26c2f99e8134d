// From a folder of images to a prediction, by the built command line without services: build first (`npm test` does).
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeNpy } from '@gradsign/datasets';
import { drawFigure, FIGURES, writeFigures, writeFiles, type Figure } from '@gradsign/datasets/drawn-images';
import { decodeModel, modelMetadata } from '@gradsign/onnx';
import * as ort from 'onnxruntime-node';
import { builtCommand } from './test-support';

jest.setTimeout(300_000);

const root = mkdtempSync(join(tmpdir(), 'gradsign-folder-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const figures = join(root, 'figures');
beforeAll(() => writeFigures(figures, 40));

const { run, json } = builtCommand(join(root, 'home'));

const ARCHITECTURE = '|nor_conv_3x3~0|+|skip_connect~0|none~1|+|none~0|avg_pool_3x3~1|nor_conv_1x1~2|';
const SPACE = ['--local', '--workers', '2', '--space', 'nas-bench-201'];
const FOLDER = ['--dataset', 'folder:figures', '--data-dir', figures];
const SMALL = ['--channels', '8', '--cells-per-stage', '1'];
const TRAINER = [...SMALL, '--epochs', '6', '--train-batch-size', '16'];

/** What the file makes of an image of its size that no training has seen: as any user of ONNX Runtime would ask. */
async function predict(file: string, figure: Figure, index: number): Promise<string> {
  const bytes = readFileSync(file);
  const names = JSON.parse(modelMetadata(bytes).class_names) as string[];
  const { height, width, channels } = JSON.parse(modelMetadata(bytes).input) as Record<string, number>;
  expect(channels).toBe('RGB');
  const rgb = drawFigure(figure, index, width, height);
  const planes = Float32Array.from(
    { length: rgb.length },
    (_, i) => rgb[(i % (width * height)) * 3 + Math.floor(i / (width * height))],
  );
  const session = await ort.InferenceSession.create(bytes);
  const { probabilities } = await session.run({ pixels: new ort.Tensor('float32', planes, [1, 3, height, width]) });
  const values = [...(probabilities.data as Float32Array)];
  expect(values.reduce((a, b) => a + b)).toBeCloseTo(1, 4);
  await session.release();
  return names[values.indexOf(Math.max(...values))];
}
const FRESH = [1000, 1001, 1002, 1003];
async function expectRight(file: string): Promise<void> {
  for (const figure of FIGURES) {
    const answers = await Promise.all(FRESH.map((index) => predict(file, figure, index)));
    expect(answers).toEqual(FRESH.map(() => figure));
  }
}

test('a network that was trained on a folder tells fresh images apart', async () => {
  const out = join(root, 'trained.onnx');
  const args = [...SPACE, '--arch', ARCHITECTURE, ...FOLDER, ...TRAINER, '--out', out, '--format', 'json'];
  const { stdout, stderr, status } = run('train', ...args);
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  const row = JSON.parse(stdout);
  expect(row).toMatchObject({
    dataset: 'folder:figures',
    testAccuracy: null,
    trainerTestAccuracy: null,
    reused: false,
  });
  expect(row.validationAccuracy).toBeGreaterThan(90);
  // Of 24 images.
  expect(Math.abs(row.validationAccuracy - row.trainerValidationAccuracy)).toBeLessThan(100 / 24 + 1e-9);
  expect(stderr).toContain(`${out}: input pixels, float32 [N, 3 (RGB), 32, 32], 0 to 255; EXIF orientation applied,`);
  expect(stderr).toContain(`${out}: outputs logits and probabilities [N, 3]: disc, frame, stripes`);

  const { class_names, input, dataset, dataset_digest, normalization, ...rest } = modelMetadata(readFileSync(out));
  expect(JSON.parse(class_names)).toEqual(FIGURES);
  expect(JSON.parse(input)).toMatchObject({ layout: 'NCHW', channels: 'RGB', height: 32, width: 32, range: [0, 255] });
  expect(JSON.parse(normalization).mean).toHaveLength(3);
  expect([dataset, dataset_digest]).toEqual(['folder:figures', expect.stringMatching(/^[0-9a-f]{64}$/)]);
  expect(rest).toEqual({ space: 'nas-bench-201', architecture: ARCHITECTURE });
  // Normalisation by running statistics, or folded into convolutions: nothing of training is left.
  const { nodes } = decodeModel(readFileSync(out));
  expect(nodes.filter(({ op, attributes }) => op === 'BatchNormalization' && attributes.training_mode === 1)).toEqual(
    [],
  );
  await expectRight(out);
});

test('the same images are the same training; other images under the same name are not', () => {
  const args = ['train', ...SPACE, '--arch', ARCHITECTURE, ...FOLDER, ...SMALL, '--epochs', '1', '--image-size', '8'];
  const train = () => json(...args, '--train-samples', '16', '--train-batch-size', '16', '--out', join(root, 'x.onnx'));
  const [row] = train();
  expect(row).toMatchObject({ reused: false });
  expect(train()).toEqual([{ ...row, reused: true }]);
  writeFiles(figures, { 'disc/more.png': readFileSync(join(figures, 'disc/0.png')) });
  expect(train()).toMatchObject([{ reused: false }]);
  rmSync(join(figures, 'disc/more.png'));
});

test('a search on a folder writes the best network that it has trained', async () => {
  const out = join(root, 'searched.onnx');
  const search = ['--algorithm', 'g-rea', '--population', '2', '--tournament', '2', '--pool-size', '3'];
  const { stdout, stderr } = run(
    ...['search', 'run', ...SPACE, ...FOLDER, ...search, '--budget-trials', '3', ...TRAINER],
    ...['--batch-size', '16', '--image-size', '24', '--out', out, '--format', 'json'],
  );
  const row = JSON.parse(stdout);
  expect(row).toMatchObject({ state: 'SUCCEEDED', trials: 3 });
  expect(row.final).toEqual({ 'folder:figures': { valid: row.best.reward, test: null } });
  expect(row.best.reward).toBeGreaterThan(90);
  expect(stderr).toContain(
    `${out}: accuracy of the file: validation ${Number(row.best.reward.toFixed(2))} %, test none;`,
  );
  const { architecture, input } = modelMetadata(readFileSync(out));
  expect(architecture).toBe(row.best.architecture);
  expect(JSON.parse(input)).toMatchObject({ height: 24, width: 24 });
  await expectRight(out);
});

test('images of a folder are scored, in the size that was asked for', () => {
  const arch = ['--arch', ARCHITECTURE, '--proxies', 'gradsign', '--batch-size', '8', ...SMALL];
  const [plain] = json('score', ...SPACE, ...FOLDER, ...arch);
  expect(plain).toMatchObject({ dataset: 'folder:figures', batchSize: 8, source: 'computed' });
  expect(json('score', ...SPACE, ...FOLDER, ...arch)[0].value).toBe(plain.value);
  const [grey] = json('score', ...SPACE, ...FOLDER, ...arch, '--image-size', '16x24', '--image-channels', '1');
  expect(grey.batchDigest).not.toBe(plain.batchDigest);
  expect(grey.weights).toBeLessThan(plain.weights);

  writeFileSync(join(root, 'list.txt'), ARCHITECTURE);
  const table = ['--arch-file', join(root, 'list.txt'), '--out', join(root, 'table.arrow')];
  const proxies = ['--proxies', 'gradsign', '--batch-size', '8', ...SMALL];
  expect(json('sweep', ...SPACE, ...FOLDER, ...proxies, ...table)).toMatchObject([{ architectures: 1 }]);

  // Images given as arrays have the shape of the folder's.
  const inputs = join(root, 'x.npy');
  const labels = join(root, 'y.npy');
  writeFileSync(inputs, writeNpy({ dtype: 'float32', shape: [2, 3, 32, 32], data: new Float32Array(6144).fill(0.5) }));
  writeFileSync(labels, writeNpy({ dtype: 'uint8', shape: [2], data: Uint8Array.of(0, 2) }));
  const given = ['--arch', ARCHITECTURE, '--proxies', 'gradsign', ...SMALL, '--inputs', inputs, '--labels', labels];
  expect(json('score', ...SPACE, ...FOLDER, ...given)).toMatchObject([{ batchSize: 2 }]);
});

test('data sets of one’s own are listed in a file', () => {
  writeFileSync(
    join(root, 'x.npy'),
    writeNpy({
      dtype: 'float32',
      shape: [4, 1, 8, 8],
      data: Float32Array.from({ length: 256 }, (_, i) => Math.sin(i)),
    }),
  );
  writeFileSync(join(root, 'y.npy'), writeNpy({ dtype: 'uint8', shape: [4], data: Uint8Array.of(0, 1, 0, 1) }));
  const list = join(root, 'datasets.json');
  const entries = {
    'folder:small': { path: 'figures', imageSize: 16 },
    'npy:mine': { inputs: 'x.npy', labels: 'y.npy', classes: 2 },
  };
  writeFileSync(list, JSON.stringify(entries));
  const arch = ['--arch', ARCHITECTURE, '--proxies', 'gradsign', '--batch-size', '4', ...SMALL, '--datasets', list];
  for (const dataset of ['folder:small', 'npy:mine']) {
    expect(json('score', ...SPACE, '--dataset', dataset, ...arch)).toMatchObject([{ dataset, batchSize: 4 }]);
  }
});

const ARCH = ['--arch', ARCHITECTURE, '--proxies', 'params'];
test.each<[string, string[], number, RegExp]>([
  [
    'no folder',
    ['score', ...SPACE, '--dataset', 'folder:x', ...ARCH],
    2,
    /^INVALID_ARGUMENT: folder:x needs --data-dir/,
  ],
  [
    'a folder that is not there',
    ['score', ...SPACE, '--dataset', 'folder:x', '--data-dir', '/nowhere', ...ARCH],
    1,
    /^FAILED_PRECONDITION: folder "\/nowhere": there is no such folder/,
  ],
  [
    'a file that is no image',
    ['train', ...SPACE, '--dataset', 'folder:x', '--data-dir', join(root, 'bad'), '--arch', ARCHITECTURE, '--out', 'x'],
    1,
    /^FAILED_PRECONDITION: folder ".*bad": cannot be used as it is: "a\/1.png" is neither a PNG nor a JPEG image/,
  ],
  [
    'a size of images that have one',
    ['score', ...SPACE, '--dataset', 'mnist', '--image-size', '16', ...ARCH],
    2,
    /^INVALID_ARGUMENT: --image-size is for --local with a folder:NAME/,
  ],
  [
    'a size that is none',
    ['score', ...SPACE, ...FOLDER, '--image-size', '16x', ...ARCH],
    2,
    /must be a number of pixels/,
  ],
  [
    'a size that no image has',
    ['score', ...SPACE, ...FOLDER, '--image-size', '3', ...ARCH],
    1,
    /imageSize \[3,3\]: height and width are whole numbers from 4 to 1024/,
  ],
  [
    'a size that the space has no network for',
    ['train', ...SPACE, ...FOLDER, '--image-size', '30', '--arch', ARCHITECTURE, '--out', 'x', ...SMALL],
    1,
    /nas-bench-201 halves height and width 2 times, so each must be a positive multiple of 4/,
  ],
  [
    'scaling to a shape that is not square',
    ['train', ...SPACE, '--dataset', 'mnist', '--image-size', '16x32', '--arch', ARCHITECTURE, '--out', 'x'],
    2,
    /height and width differ only of a folder in --data-dir/,
  ],
  [
    'the best network of a search on a table',
    [
      'search',
      'run',
      ...SPACE,
      '--benchmark',
      'b',
      '--dataset',
      'mnist',
      '--algorithm',
      'rea',
      '--budget-trials',
      '1',
      '--out',
      'x',
    ],
    2,
    /^INVALID_ARGUMENT: --out is for real training/,
  ],
  [
    'an export where no search is',
    ['search', 'export', '--local', '--best', '--out', 'x'],
    1,
    /^NOT_FOUND: there is no search/,
  ],
  [
    'an option of --local',
    ['score', '--space', 'nas-bench-201', '--dataset', 'folder:x', '--image-channels', '1', ...ARCH],
    2,
    /--image-channels needs --local/,
  ],
])('%s is told in a sentence', (_, args, code, sentence) => {
  writeFiles(join(root, 'bad'), { 'a/1.png': Buffer.from('no image'), 'b/1.png': Buffer.from('no image') });
  const { status, stderr, stdout } = run(...args);
  expect(stderr).toMatch(sentence);
  expect(status).toBe(code);
  expect(stdout).toBe('');
});
