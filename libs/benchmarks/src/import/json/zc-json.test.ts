import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { ImportError } from '../../errors';
import { collect } from '../../testing/collect';
import { readZeroCostScores } from './zc-file';
import { zcJson } from './zc-json';

const root = mkdtempSync(join(tmpdir(), 'zc-'));
const path = join(root, 'zc_nasbench201.json');
afterAll(() => rmSync(root, { recursive: true }));

async function read(document: unknown) {
  writeFileSync(path, typeof document === 'string' ? document : JSON.stringify(document));
  const source = await zcJson.open(path);
  const units = await collect(source.read(0));
  return {
    source,
    units,
    records: units.flatMap((unit) => unit.records),
    findings: units.flatMap((unit) => unit.findings ?? []),
  };
}

const entry = (accuracy: unknown, more: object = {}) => ({
  idx: '1',
  flops: { score: 88.307392, time: 0.5 },
  val_accuracy: accuracy,
  params: { score: 0.615386, time: 0.47 },
  jacov: { score: -32.5, time: 0.25 },
  ...more,
});
/** The operation numbers 0 1 2 3 4 0 on the edges 1→2, 1→3, 1→4, 2→3, 2→4, 3→4. */
const KEY = '(0, 1, 2, 3, 4, 0)';
const ARCHITECTURE = '|skip_connect~0|+|none~0|nor_conv_1x1~1|+|nor_conv_3x3~0|avg_pool_3x3~1|skip_connect~2|';

test('the accuracies are test accuracies of one training over 200 epochs', async () => {
  const { source, records } = await read({
    cifar10: { [KEY]: entry(86.06) },
    cifar100: { [KEY]: entry(68.33999986572266) },
    'ImageNet16-120': { [KEY]: entry(38.5) },
  });
  expect(source).toMatchObject({ space: 'nas-bench-201', files: [path], grouped: false });
  expect(source.notes.testAccuracy).toContain('val_accuracy');
  const common = { architecture: ARCHITECTURE, epochs: 200, seed: 0 };
  const final = (testAccuracy: number) => ({ final: { testAccuracy, publishedParams: 615_386 } });
  expect(records).toEqual([
    { ...common, dataset: 'cifar10', trainingSet: 'half', sourceRecord: 1, ...final(86.06) },
    { ...common, dataset: 'cifar100', trainingSet: 'full', sourceRecord: 2, ...final(68.33999986572266) },
    { ...common, dataset: 'imagenet16-120', trainingSet: 'full', sourceRecord: 3, ...final(38.5) },
  ]);
});

test('the scores of the proxies, with what they took', async () => {
  const text = JSON.stringify({ 'ImageNet16-120': { [KEY]: entry(1, { zen: { score: 7 } }) } });
  writeFileSync(path, text.replace('"score":7', '"score":-Infinity').replace('"score":-32.5', '"score":NaN'));
  const common = { dataset: 'imagenet16-120', architecture: ARCHITECTURE };
  expect(await collect(readZeroCostScores(path))).toEqual([
    { ...common, proxy: 'flops', score: 88.307392, seconds: 0.5 },
    { ...common, proxy: 'params', score: 0.615386, seconds: 0.47 },
    { ...common, proxy: 'jacov', score: NaN, seconds: 0.25 },
    { ...common, proxy: 'zen', score: -Infinity, seconds: NaN },
  ]);
});

test('what does not fit is left out and told', async () => {
  const other = '(0, 0, 0, 0, 0, 1)';
  const { records, findings } = await read(
    `{"cifar10": {"${KEY}": ${JSON.stringify(entry(50))}, "${other}": {"val_accuracy": 101}, ` +
      `"${KEY}": {"val_accuracy": 1}, "(0, 0, 0, 0, 0, 2)": {"val_accuracy": null}}, ` +
      `"svhn": {"${KEY}": {"val_accuracy": 90}, "${other}": {"val_accuracy": 91}}}`,
  );
  expect(records).toHaveLength(1);
  expect(findings.map(({ kind, line, column, value }) => [kind, line, column, value])).toEqual([
    ['accuraciesOutOfRange', 2, 'val_accuracy', '101'],
    ['duplicateRows', 3, 'cifar10', ARCHITECTURE],
    ['missingCells', 4, 'val_accuracy', ''],
    ['unknownDatasets', 5, 'data set', 'svhn'],
  ]);
});

const hash101 = '((0, 1, 1, 0), (2, 3))';
test.each<[string, unknown, string]>([
  ['NAS-Bench-101', { cifar10: { [hash101]: entry(90) } }, 'is not an architecture of NAS-Bench-201'],
  ['seven numbers', { cifar10: { '(0, 0, 0, 0, 0, 0, 0)': entry(90) } }, 'the files of other search spaces cannot be'],
  ['an unknown operation', { cifar10: { '(0, 0, 0, 0, 0, 5)': entry(90) } }, 'six numbers in 0…4'],
  ['a list', [{ cifar10: {} }], 'byte 1: entry 1: it must be of an architecture of a data set'],
  ['numbers', { cifar10: { [KEY]: 90 } }, 'byte 33: entry 1: it must be an object'],
  ['nothing', {}, 'zc_nasbench201.json: it must have an entry for each architecture, but has none'],
  ['no JSON', 'idx,arch', 'byte 0: it must have a list or an object here'],
])('%s is refused', async (_, document, message) => {
  await expect(read(document)).rejects.toThrow(ImportError);
  await expect(read(document)).rejects.toThrow(message);
});

test('any JSON is trainings or an ImportError', async () => {
  const member = fc.oneof(
    fc.constantFrom(KEY, 'cifar10', 'val_accuracy', 'score', 'params'),
    fc.string({ maxLength: 3 }),
  );
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.double(),
      fc.constant(null),
      fc.dictionary(member, tie('value'), { maxKeys: 3 }),
    ),
  })).value;
  await fc.assert(
    fc.asyncProperty(value, async (document) => {
      try {
        expect((await read({ cifar10: { [KEY]: document } })).units).toHaveLength(1);
        await read(document);
      } catch (error) {
        expect(error).toBeInstanceOf(ImportError);
      }
    }),
    { numRuns: 200 },
  );
});

const TABLE = resolve(__dirname, '../../../../../../shared/data/nas-bench-201/nb201.csv.gz');
const present = existsSync(TABLE);
if (!present) {
  console.log(`skipped: the compiled NAS-Bench-201 table is not at ${TABLE}`);
}

// Values of the published file, of architectures that release 1.1 of NAS-Bench-201 has one training of.
(present ? test : test.skip)('published values are the test accuracies that NAS-Bench-201 has', async () => {
  const { records } = await read({
    cifar10: { '(2, 2, 2, 2, 1, 0)': entry(89.54), '(4, 3, 0, 3, 1, 4)': entry(87.2) },
    cifar100: { '(3, 3, 2, 1, 3, 2)': entry(69.92), '(4, 0, 3, 2, 4, 3)': entry(64.32) },
  });
  const [head, ...lines] = gunzipSync(readFileSync(TABLE)).toString().trim().split(/\r?\n/);
  const columns = head.split(',');
  const rows = new Map(
    lines.map((line) => line.split(',')).map((cells) => [cells[columns.indexOf('arch_str')], cells]),
  );
  for (const { dataset, architecture, final } of records) {
    const cell = (column: string) => Number(rows.get(architecture)![columns.indexOf(column)]);
    const column = dataset === 'cifar10' ? 'v11_c10valid_test_200' : 'v11_c100_test_200';
    expect([cell('v11_n_seeds'), cell(column)]).toEqual([1, final.testAccuracy]);
  }
});
