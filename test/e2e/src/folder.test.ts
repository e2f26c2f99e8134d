// A user's own images, registered with the services: scored, trained on and searched for, by name alone.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatDataset } from '@gradsign/contracts';
import { FIGURES, writeFigures, writeFiles } from '@gradsign/datasets/drawn-images';
import { modelMetadata } from '@gradsign/onnx';
import { gradsign, serving, temporaryFolder } from './product';

jest.setTimeout(180_000);

const ARCHITECTURE = '|nor_conv_3x3~0|+|skip_connect~0|none~1|+|none~0|avg_pool_3x3~1|nor_conv_1x1~2|';
const NETWORK = ['--space', 'nas-bench-201', '--channels', '4', '--cells-per-stage', '1'];
const TRAINER = ['--epochs', '2', '--train-batch-size', '16'];

const home = temporaryFolder();
const data = temporaryFolder();
let served: Awaited<ReturnType<typeof serving>>;
beforeAll(async () => {
  await writeFigures(join(data, 'figures'), 20);
  writeFiles(join(data, 'broken'), { 'a/1.png': Buffer.from('no image'), 'b/1.png': Buffer.from('no image') });
  const list = join(data, 'datasets.json');
  writeFileSync(list, JSON.stringify({ 'folder:small': { path: 'figures', imageSize: 16, channels: 1 } }));
  const dirs = `folder:figures=${join(data, 'figures')},folder:broken=${join(data, 'broken')}`;
  served = await serving(home, '--data-dirs', dirs, '--datasets', list, '--log-level', 'info');
});
afterAll(async () => expect((await served.stop()).code).toBe(0));

async function json(...args: string[]) {
  const { scorer, oracle, searcher } = served.addresses;
  const at = ['--scorer', scorer, '--oracle', oracle, '--searcher', searcher];
  const { code, stdout, stderr } = await gradsign(home, ...args, ...at, '--format', 'json');
  if (code !== 0) throw new Error(stderr);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

test('folders are decoded once, before the services serve; what cannot be used is told of in the log', async () => {
  const { datasets } = await served.clients.scorer.describeScorer({});
  const shapes = datasets.map(({ dataset, channels, height, classes }) => [
    formatDataset(dataset, 'd'),
    channels,
    height,
    classes,
  ]);
  expect(shapes.filter(([name]) => String(name).startsWith('folder:'))).toEqual([
    ['folder:figures', 3, 32, 3],
    ['folder:small', 1, 16, 3],
  ]);
  const log = served.program.stderr;
  expect(log.match(/images decoded/g)).toHaveLength(2);
  expect(log.match(/images cannot be used/g)).toHaveLength(2);
  expect(log).toMatch(/"a\/1\.png\\" is neither a PNG nor a JPEG|a\/1\.png.* is neither a PNG nor a JPEG/);
});

test('they are scored, trained on, and searched for by training; the best network is exported', async () => {
  const arch = [...NETWORK, '--arch', ARCHITECTURE];
  const scored = await json(
    'score',
    ...arch,
    '--dataset',
    'folder:figures',
    '--batch-size',
    '8',
    '--proxies',
    'gradsign',
  );
  expect(scored).toMatchObject([{ dataset: 'folder:figures', batchSize: 8 }]);

  const trained = join(data, 'trained.onnx');
  const [row] = await json(
    'train',
    ...arch,
    '--dataset',
    'folder:small',
    ...TRAINER,
    '--image-size',
    '8',
    '--out',
    trained,
  );
  expect(row).toMatchObject({ dataset: 'folder:small', testAccuracy: null });
  // Scaling from 16 to 8 pixels is in the file.
  const { class_names, input } = modelMetadata(readFileSync(trained));
  expect(JSON.parse(class_names)).toEqual(FIGURES);
  expect(JSON.parse(input)).toMatchObject({ channels: 'grey', height: 16, width: 16 });

  const search = ['--algorithm', 'g-random', '--pool-size', '2', '--batch-size', '8', '--budget-trials', '2'];
  const [found] = await json('search', 'run', ...NETWORK, '--dataset', 'folder:figures', ...search, ...TRAINER);
  expect(found).toMatchObject({ state: 'SUCCEEDED', trials: 2 });
  const best = join(data, 'best.onnx');
  const [exported] = await json('search', 'export', '--best', '--out', best);
  expect(exported).toMatchObject({
    search: found.search,
    architecture: found.best.architecture,
    validationAccuracy: found.best.reward,
    model: best,
  });
  expect(await json('search', 'export', found.search, '--best', '--out', best)).toEqual([exported]);
  expect(modelMetadata(readFileSync(best)).architecture).toBe(found.best.architecture);
});

test('who asks for a folder that cannot be used is told why', async () => {
  const arch = [...NETWORK, '--arch', ARCHITECTURE, '--dataset', 'folder:broken'];
  const reason =
    /FAILED_PRECONDITION: .*folder:broken cannot be read: folder ".*broken": cannot be used as it is: "a\/1\.png" is neither/;
  await expect(json('score', ...arch, '--proxies', 'params')).rejects.toThrow(reason);
  await expect(json('train', ...arch, '--out', join(data, 'none.onnx'))).rejects.toThrow(reason);
  const unknown = [...NETWORK, '--arch', ARCHITECTURE, '--dataset', 'folder:other', '--proxies', 'params'];
  await expect(json('score', ...unknown)).rejects.toThrow(
    /"folder:other" are not registered here; registered: .*folder:small/,
  );
});
