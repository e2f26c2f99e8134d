import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random, Stream } from '@gradsign/random';
import { searchSpace } from '@gradsign/search-spaces';
import fc from 'fast-check';
import { ImportError } from '../../errors';
import { collect } from '../../testing/collect';
import { ndsRecord } from '../../testing/nds-record';
import { ndsJson } from './nds-json';

const root = mkdtempSync(join(tmpdir(), 'nds-'));
afterAll(() => rmSync(root, { recursive: true }));

async function read(document: unknown, name = 'DARTS.json', from = 0) {
  const path = join(root, name);
  writeFileSync(path, typeof document === 'string' ? document : JSON.stringify(document));
  const source = await ndsJson.open(path);
  const units = await collect(source.read(from));
  return {
    source,
    units,
    records: units.flatMap((unit) => unit.records),
    findings: units.flatMap((unit) => unit.findings ?? []),
  };
}

const darts = searchSpace('nds-darts');
const drawn = (name: string, n: number) => {
  const random = new Random(Stream.of(1, name));
  return Array.from({ length: n }, () => searchSpace(name).sample(random));
};
const [A, B, C] = drawn('nds-darts', 3);

test('a record has curves of percentages, and its end', async () => {
  const record = {
    ...ndsRecord(darts, A, 3, 5),
    test_ep_top1: [40, 20.5, 10.25],
    train_ep_top1: [60, 30, 0],
    train_ep_loss: [2.5, 1, 0.125],
  };
  const { source, records } = await read([record]);
  expect(source).toMatchObject({ space: 'nds-darts', grouped: false, anchors: [] });
  expect(source.description).toContain('DARTS cells on CIFAR-10');
  expect(records).toEqual([
    {
      architecture: darts.format(A),
      dataset: 'cifar10',
      trainingSet: 'full',
      epochs: 3,
      seed: 5,
      sourceRecord: 1,
      final: {
        testAccuracy: 89.75,
        trainAccuracy: 100,
        trainLoss: 0.125,
        publishedParams: 1_234_567,
        flops: 201_326_592,
      },
      curves: {
        testAccuracy: Float32Array.of(60, 79.5, 89.75),
        trainAccuracy: Float32Array.of(40, 70, 100),
        trainLoss: Float32Array.of(2.5, 1, 0.125),
      },
    },
  ]);
});

test.each([
  ['DARTS_fix-w-d.json', 'nds-darts', 'cifar10', 'DARTS cells on CIFAR-10, width and depth fixed'],
  ['ENAS.json', 'nds-enas', 'cifar10', 'ENAS cells on CIFAR-10;'],
  ['PNAS.json', 'nds-pnas', 'cifar10', 'PNAS cells on CIFAR-10;'],
  ['NASNet_in.json', 'nds-nasnet', 'imagenet', 'NASNet cells on ImageNet;'],
  ['Amoeba.json', 'nds-amoeba', 'cifar10', 'Amoeba cells on CIFAR-10;'],
])('%s says which space and data set it is of', async (name, space, dataset, title) => {
  const networks = drawn(space, 20);
  const list = networks.map((network) => ndsRecord(searchSpace(space), network));
  const half = list.splice(10);
  for (const document of [[...list, ...half], { top: list, mid: half }]) {
    const { source, records, findings } = await read(document, name);
    expect([source.space, findings]).toEqual([space, []]);
    expect(source.description).toContain(title);
    expect(records.map((record) => [record.dataset, record.architecture, record.sourceRecord])).toEqual(
      networks.map((network, i) => [dataset, searchSpace(space).format(network), i + 1]),
    );
  }
});

test('units are the same from any number on, and say how far they go', async () => {
  const list = drawn('nds-darts', 150).map((network) => ndsRecord(darts, network, 2));
  const { units, source } = await read(list);
  expect(units.map(({ records }) => records.length)).toEqual([64, 64, 22]);
  expect(units[0].doneBytes).toBeLessThan(units[1].doneBytes);
  expect(units[2].doneBytes).toBe(source.totalBytes - 1);
  for (const from of [1, 2, 3]) expect((await read(list, 'DARTS.json', from)).units).toEqual(units.slice(from));
});

test('what does not fit is left out and told', async () => {
  const good = ndsRecord(darts, A, 2);
  const list = [
    good,
    { ...good, net: { ...good.net, width: 0 } },
    { ...good, rng_seed: 2 },
    { ...good, test_ep_top1: [1, 2] },
    { ...ndsRecord(darts, B, 2), test_ep_top1: [101, 50] },
    { ...ndsRecord(darts, C, 2), test_ep_top1: [50, null], train_ep_loss: undefined },
  ];
  const { records, findings } = await read(list);
  expect(records.map(({ sourceRecord }) => sourceRecord)).toEqual([1, 3, 5, 6]);
  expect(records[2].curves!.testAccuracy).toEqual(Float32Array.of(NaN, 50));
  expect(records[3].final).not.toHaveProperty('testAccuracy');
  expect(records[3].curves).not.toHaveProperty('trainLoss');
  expect(findings.map(({ kind, line, column }) => [kind, line, column])).toEqual([
    ['unknownArchitectures', 2, 'net'],
    ['duplicateRows', 4, 'net'],
    ['accuraciesOutOfRange', 5, 'test_ep_top1[0]'],
    ['missingCells', 6, 'test_ep_top1[1]'],
  ]);
  expect(findings[0].rule).toContain('expected width to be an integer in 1…512');
  expect(findings[1].rule).toBe('record 1 has this network with rng_seed 1 already');
});

test('a diverged training has losses that are none', async () => {
  const text = JSON.stringify([{ ...ndsRecord(darts, A, 3), train_ep_loss: [1, 7, 8] }]);
  const { records } = await read(text.replace('[1,7,8]', '[1, Infinity, NaN]'));
  expect(records[0].curves!.trainLoss).toEqual(Float32Array.of(1, NaN, NaN));
  expect(records[0].final).not.toHaveProperty('trainLoss');
});

const good = ndsRecord(darts, A, 2);
test.each<[string, unknown, string]>([
  ['a number', [5], 'record 1: it must be an object'],
  ['no network', [{ ...good, net: undefined }], 'net must be an object'],
  ['a network of blocks', [{ ...good, net: { block_type: 'res_bottleneck' } }], 'is not of a space of cells'],
  ['no seed', [{ ...good, rng_seed: undefined }], 'rng_seed must be a whole number between 0 and 2147483647'],
  ['no errors', [{ ...good, test_ep_top1: undefined }], 'test_ep_top1 must be a list of 1 to 65535 errors'],
  ['no epoch', [{ ...good, test_ep_top1: [] }], 'test_ep_top1 must be a list of 1 to 65535 errors'],
  ['other epochs', [{ ...good, optim: { max_ep: 3 } }], 'test_ep_top1 has 2 entries for a training of 3 epochs'],
  ['a short curve', [{ ...good, train_ep_top1: [1] }], 'train_ep_top1 must be a list of 2 numbers'],
  ['a text in a curve', [{ ...good, test_ep_top1: [1, '2'] }], 'test_ep_top1[1] must be a number'],
  ['a negative loss', [{ ...good, train_ep_loss: [1, -1] }], 'train_ep_loss[1] is -1: it must be a finite number'],
  ['half a parameter', [{ ...good, params: 0.5 }], 'params is 0.5: it must be a whole number of at least 0'],
  ['flops as text', [{ ...good, flops: '1' }], 'flops is "1": it must be a number'],
  ['nothing', [], 'DARTS.json: it must have a record for each network, but has none'],
  ['nothing at the top', { top: [], mid: [] }, 'it must have a record for each network, but has none'],
])('%s is refused', async (_, document, message) => {
  await expect(read(document)).rejects.toThrow(ImportError);
  await expect(read(document)).rejects.toThrow(message);
});

test('an error has the offset of its record', async () => {
  const first = JSON.stringify(good);
  const error: unknown = await read(`[${first}, {"net": 1}]`).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ImportError);
  expect((error as ImportError).location).toEqual({ file: 'DARTS.json', offset: first.length + 3 });
});

test.each([
  ['ResNet.json', 'its networks are stages of blocks, not cells: there is no search space for them'],
  ['ResNeXt-A_in.json', 'its networks are stages of blocks'],
  ['Vanilla_rng1.json', 'its networks are stages of blocks'],
  ['DARTS_lr-wd.json', 'its trainings differ in learning rate and weight decay'],
  ['networks.json', 'a file of NDS must keep its name: one of DARTS, ENAS, PNAS, NASNet, Amoeba'],
])('%s is refused by its name', async (name, message) => {
  await expect(read([good], name)).rejects.toThrow(`${name}: ${message}`);
});

test('any record is a training or an ImportError', async () => {
  const junk = fc.oneof(fc.constant(null), fc.double(), fc.string(), fc.array(fc.double()), fc.object({ maxDepth: 2 }));
  const changes = fc.dictionary(fc.constantFrom(...Object.keys(good)), junk, { maxKeys: 2 });
  const inside = fc.dictionary(fc.constantFrom(...Object.keys(good.net), 'normal'), junk, { maxKeys: 2 });
  await fc.assert(
    fc.asyncProperty(changes, inside, async (record, net) => {
      try {
        const { records, findings } = await read([{ ...good, net: { ...good.net, ...net }, ...record }]);
        expect(records.length + findings.length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(ImportError);
      }
    }),
    { numRuns: 300 },
  );
});
