import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { nasBench101 } from '@gradsign/search-spaces';
import fc from 'fast-check';
import { ImportError } from '../../errors';
import { collect } from '../../testing/collect';
import { trainingsOf } from '../../testing/nb101-trainings';
import { modelMetrics, nb101Data, tfRecord, type Nb101Training } from '../../testing/tfrecord-writer';
import type { ImportUnit } from '../source';
import { nb101TfRecord } from './nb101-tfrecord';

const root = mkdtempSync(join(tmpdir(), 'nb101-'));
afterAll(() => rmSync(root, { recursive: true }));

const [A, B, C] = [...nasBench101.enumerate!()].slice(1000, 1003) as Parameters<typeof trainingsOf>[0][];
const A_TEXT = nasBench101.format(A);

const file = (trainings: readonly Nb101Training[]) => Buffer.concat(trainings.map((t) => tfRecord(nb101Data(t))));

async function units(content: Uint8Array, from = 0): Promise<ImportUnit[]> {
  const path = join(root, 'x.tfrecord');
  writeFileSync(path, content);
  const source = await nb101TfRecord.open(path);
  const all = await collect(source.read(from));
  await source.close();
  return all;
}

const records = async (content: Uint8Array) => (await units(content)).flatMap((unit) => unit.records);
const findings = async (content: Uint8Array) => (await units(content)).flatMap((unit) => unit.findings ?? []);

test('a training has its values in percent, at the half and at the end', async () => {
  const [training] = trainingsOf(A, [36]);
  const values = { halfway: [18, 700.5, 0.25, 0.125, 0.75], final: [36, 1401.25, 1, 0.5, 0.9301881790161133] };
  expect(await records(file([{ ...training, ...values, params: 8_555_530 }]))).toEqual([
    {
      architecture: A_TEXT,
      dataset: 'cifar10',
      trainingSet: 'full',
      epochs: 36,
      seed: 0,
      sourceRecord: 1,
      final: {
        trainAccuracy: 100,
        validAccuracy: 50,
        testAccuracy: 93.01881790161133,
        trainSeconds: 1401.25,
        publishedParams: 8_555_530,
      },
      points: [
        {
          epoch: 18,
          values: {
            trainAccuracy: 25,
            validAccuracy: 12.5,
            testAccuracy: 75,
            trainSeconds: 700.5,
            publishedParams: 8_555_530,
          },
        },
      ],
    },
  ]);
});

test('trainings are numbered in order of appearance for each cell and number of epochs, wherever they are', async () => {
  const mixed = [A, B, C].flatMap((cell) => trainingsOf(cell, [4, 12, 36, 108]));
  // 7 and 36 have no common divisor: a permutation that scatters the records of a cell.
  const scattered = mixed.map((_, i) => mixed[(7 * i) % mixed.length]);
  const seen = new Map<string, number>();
  for (const { architecture, epochs, seed } of await records(file(scattered))) {
    const key = `${architecture} ${epochs}`;
    expect(seed).toBe(seen.get(key) ?? 0);
    seen.set(key, (seed as number) + 1);
  }
  expect([...seen.values()]).toEqual(Array(12).fill(3));
});

test('of many cells, the first thousand hashes are checked, and then one in 64', async () => {
  const cells = [...nasBench101.enumerate!()].slice(3000, 4100) as Parameters<typeof trainingsOf>[0][];
  const trainings = cells.map((cell) => trainingsOf(cell, [4]));
  const firsts = trainings.map(([first]) => first);
  const all = [...firsts, ...trainings.map(([, second]) => second)];
  expect((await records(file(all))).map(({ seed }) => seed)).toEqual([...firsts.map(() => 0), ...firsts.map(() => 1)]);
  const wrong = (index: number) => file(firsts.with(index, { ...firsts[index], hash: 'f'.repeat(32) }));
  for (const index of [999, 1024])
    await expect(records(wrong(index))).rejects.toThrow(`record ${index + 1}: the module hash`);
  await expect(records(wrong(1001))).resolves.toHaveLength(1100);
});

test('the source says what it is', async () => {
  const content = file(trainingsOf(A, [108]));
  const path = join(root, 'described.tfrecord');
  writeFileSync(path, content);
  const source = await nb101TfRecord.open(path);
  expect(source).toMatchObject({ space: 'nas-bench-101', files: [path], totalBytes: content.length, grouped: false });
  expect(source.description).toContain('order of appearance');
  expect(source.anchors.map(({ measure, epochs, best }) => [measure, epochs, Math.round(best * 100) / 100])).toEqual([
    ['testAccuracy', 108, 94.32],
    ['validAccuracy', 108, 95.06],
  ]);
});

test('units are the same from any number on, and say how far they go', async () => {
  const cells = [...nasBench101.enumerate!()].slice(5000, 5060) as Parameters<typeof trainingsOf>[0][];
  const content = file(cells.flatMap((cell) => trainingsOf(cell, [4, 12, 36, 108])));
  const all = await units(content);
  expect(all.map((unit) => unit.records.length)).toEqual([256, 256, 208]);
  expect(all.at(-1)!.doneBytes).toBe(content.length);
  expect(all[0].doneBytes).toBeLessThan(all[1].doneBytes);
  for (const from of [1, 2, 3, 4]) expect(await units(content, from)).toEqual(all.slice(from));
});

test('an abort ends the reading', async () => {
  const path = join(root, 'aborted.tfrecord');
  writeFileSync(path, file(trainingsOf(A, [108])));
  const source = await nb101TfRecord.open(path);
  await expect(collect(source.read(0, AbortSignal.abort()))).rejects.toThrow(/abort/i);
});

test('the same record again, or a fourth training, is left out and told', async () => {
  const [first, second, third] = trainingsOf(A, [108]);
  const fourth = { ...third, final: third.final.map((value) => value! / 2).with(0, 108) };
  const content = file([first, second, first, third, second, fourth, ...trainingsOf(B, [108])]);
  expect((await records(content)).map(({ seed, sourceRecord }) => [seed, sourceRecord])).toEqual([
    [0, 1],
    [1, 2],
    [2, 4],
    [0, 7],
    [1, 8],
    [2, 9],
  ]);
  const place = { kind: 'duplicateRows', column: 'module_hash', value: first.hash };
  const same = (seed: number) => `an earlier record, training ${seed} of this cell over 108 epochs, is the same`;
  expect(await findings(content)).toEqual([
    { ...place, line: 3, rule: same(0) },
    { ...place, line: 5, rule: same(1) },
    { ...place, line: 6, rule: '3 trainings of this cell over 108 epochs are there already' },
  ]);
});

test('accuracies that cannot be, and missing ones, are left out and told', async () => {
  const [training] = trainingsOf(A, [4]);
  const content = file([{ ...training, halfway: [2, 1, 1.5, undefined, 0.5], final: [4, 2, 0.5, NaN, -0.25] }]);
  const [record] = await records(content);
  expect(record.final).toEqual({ trainAccuracy: 50, trainSeconds: 2, publishedParams: 1_000_000 });
  expect(record.points![0].values).toEqual({ testAccuracy: 50, trainSeconds: 1, publishedParams: 1_000_000 });
  expect((await findings(content)).map(({ kind, line, column, value }) => [kind, line, column, value])).toEqual([
    ['missingCells', 1, 'validAccuracy of epoch 4', ''],
    ['accuraciesOutOfRange', 1, 'testAccuracy of epoch 4', '-25'],
    ['accuraciesOutOfRange', 1, 'trainAccuracy of epoch 2', '150'],
    ['missingCells', 1, 'validAccuracy of epoch 2', ''],
  ]);
});

const [one, two] = trainingsOf(A, [108]);
const other = trainingsOf(B, [108])[0];
const changed = (change: Partial<Nb101Training>) => nb101Data({ ...two, ...change });
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const withMetrics = (metrics: Buffer) =>
  json([two.hash, 108, two.bits, two.ops.join(), Buffer.from(metrics).toString('base64')]);
const evaluations = [[0], [54, 1, 1, 1, 1], [108, 1, 1, 1, 1]];

test.each<[string, Buffer, string]>([
  ['no JSON', Buffer.from('["'), 'it is not JSON'],
  ['JSON of another shape', json({}), 'it must be a list of five'],
  ['four entries', json(['a', 1, 'b', 'c']), 'it must be a list of five'],
  ['a short hash', changed({ hash: 'abc' }), 'the module hash must be 32 hexadecimal digits'],
  ['other epochs', changed({ epochs: 200 }), 'the number of epochs must be one of 4, 12, 36, 108'],
  ['epochs as a text', json([two.hash, '108', '', '', '']), 'the number of epochs must be one of 4, 12, 36, 108'],
  ['metrics as a number', json([two.hash, 108, two.bits, 'a', 1]), 'must be texts'],
  [
    'no square of bits',
    changed({ bits: two.bits.slice(1) }),
    'the adjacency matrix must be 4, 9, … or 49 zeros and ones',
  ],
  ['a two among the bits', changed({ bits: two.bits.replace('1', '2') }), 'zeros and ones'],
  ['an edge backwards', changed({ bits: two.bits.slice(0, -1) + '1' }), 'as edges lead to later vertices'],
  ['an unknown operation', changed({ ops: two.ops.with(1, 'conv5x5') }), 'expected the operation 1'],
  ['no output', changed({ ops: two.ops.with(-1, 'maxpool3x3') }), 'expected "output"'],
  [
    'another cell with this hash',
    changed({ bits: other.bits, ops: other.ops }),
    'record 1 has another cell with this hash',
  ],
  [
    'the hash of another cell',
    changed({ hash: other.hash }),
    `the module hash is ${other.hash}, but the cell's is ${one.hash}`,
  ],
  ['other parameters', changed({ params: 5 }), 'trainable_parameters is 5, but in record 1 of this cell it is 1000000'],
  [
    'negative time',
    changed({ final: [108, -1, 1, 1, 1] }),
    'trainSeconds of epoch 108 is -1: it must be a finite number',
  ],
  ['a half that is none', changed({ halfway: [53, 1, 1, 1, 1] }), 'its evaluations are of epochs 53 and 108'],
  ['an end before the end', changed({ final: [107, 1, 1, 1, 1] }), 'its evaluations are of epochs 54 and 107'],
  ['two evaluations', withMetrics(modelMetrics(evaluations.slice(1), 1)), 'it has 2 evaluations'],
  ['half a message', withMetrics(modelMetrics(evaluations, 1).subarray(0, -9)), 'are not a message ModelMetrics'],
  [
    'a message that overruns',
    withMetrics(Buffer.of(0x0a, 2, 0x09, 1, 2, 3, 4, 5, 6, 7, 8)),
    'beyond the end of its message',
  ],
  ['groups without end', withMetrics(Buffer.alloc(100_000, 0x0b)), 'are not a message ModelMetrics'],
])('%s stops the import at its record', async (_, data, rule) => {
  const content = Buffer.concat([file([one]), tfRecord(data)]);
  const offset = file([one]).length;
  await expect(units(content)).rejects.toThrow(ImportError);
  await expect(units(content)).rejects.toThrow(`x.tfrecord, byte ${offset}: record 2: `);
  await expect(units(content)).rejects.toThrow(rule);
});

test('what is not there, empty or damaged does not open', async () => {
  await expect(nb101TfRecord.open(join(root, 'absent'))).rejects.toThrow('absent: there is no such file');
  await expect(nb101TfRecord.open(root)).rejects.toThrow('there is no such file');
  await expect(units(Buffer.alloc(0))).rejects.toThrow('x.tfrecord: it is empty');
  await expect(units(Buffer.from('{"a": 1}\n'.repeat(9)))).rejects.toThrow(
    'x.tfrecord, byte 0: no TFRecord begins here',
  );
});

test('cells whose unused vertices are written pass, too', async () => {
  const ops = ['input', 'maxpool3x3', 'output'];
  const cell = nasBench101.parse(
    JSON.stringify({
      matrix: [
        [0, 0, 1],
        [0, 0, 0],
        [0, 0, 0],
      ],
      ops,
    }),
  );
  const trainings = trainingsOf(cell as Parameters<typeof trainingsOf>[0], [108]);
  expect((await records(file(trainings))).map(({ architecture }) => architecture)).toEqual(
    Array(3).fill('{"matrix":[[0,0,1],[0,0,0],[0,0,0]],"ops":["input","maxpool3x3","output"]}'),
  );
});

test('any bytes with right checksums are trainings or an ImportError', async () => {
  const good = nb101Data(one);
  const mutated = fc
    .array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
    .map((changes) => {
      const bytes = Uint8Array.from(good);
      for (const [position, value] of changes) bytes[position] = value;
      return bytes;
    });
  const metrics = fc.uint8Array({ maxLength: 60 }).map((bytes) => withMetrics(Buffer.from(bytes)));
  await fc.assert(
    fc.asyncProperty(fc.oneof(mutated, metrics, fc.uint8Array({ maxLength: 100 })), async (data) => {
      try {
        expect(await records(tfRecord(data))).toHaveLength(1);
      } catch (error) {
        expect(error).toBeInstanceOf(ImportError);
      }
    }),
    { numRuns: 300 },
  );
});

const SAMPLE = resolve(__dirname, '../../../../../../shared/data/nas-bench-101/nb101_30001.csv.gz');
const present = existsSync(SAMPLE);
if (!present) {
  console.log(`skipped: the sample of NAS-Bench-101 is not at ${SAMPLE}`);
}

(present ? test : test.skip)('real cells: their hashes, accuracies and parameters come through', async () => {
  const [head, ...lines] = gunzipSync(readFileSync(SAMPLE)).toString().trim().split(/\r?\n/);
  const columns = head.split(',');
  const rows = lines
    .filter((_, i) => i % 10 === 0)
    .map((line) => Object.fromEntries(line.split(',').map((cell, i) => [columns[i], cell])));
  const trainings = rows.map((row): Nb101Training => {
    const [valid, seconds] = [Number(row.val_acc_108ep), Number(row.training_time_s)];
    return {
      hash: row.module_hash,
      epochs: 108,
      bits: row.adjacency_rowmajor,
      ops: row.ops.split('|'),
      params: Number(row.params),
      halfway: [54, seconds / 2, 0.5, 0.5, 0.5],
      final: [108, seconds, 1, valid, 0.5],
    };
  });
  const found = await records(file(trainings));
  expect(found).toHaveLength(rows.length);
  found.forEach(({ architecture, final }, i) => {
    expect(nasBench101.canonical(nasBench101.parse(architecture), 'hash')).toBe(rows[i].module_hash);
    expect(final).toMatchObject({
      validAccuracy: 100 * Number(rows[i].val_acc_108ep),
      trainSeconds: Number(rows[i].training_time_s),
      publishedParams: Number(rows[i].params),
    });
  });
});
