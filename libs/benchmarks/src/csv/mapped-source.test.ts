import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Float32, Int32, tableFromArrays, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import { nasBench201, searchSpace } from '@gradsign/search-spaces';
import fc from 'fast-check';
import { ImportError } from '../errors';
import type { TrainingRecord } from '../import/source';
import { seriesId } from '../series';
import type { TableContents } from '../table-writer';
import { arrowFile } from '../testing/arrow-file';
import { collect } from '../testing/collect';
import { readCsvTable } from './import-csv';
import { mappedSource } from './mapped-source';
import { parseMapping } from './mapping';
import type { FindingKind, ImportReport } from './report';

const root = mkdtempSync(join(tmpdir(), 'mapped-'));
const path = join(root, 'table');
afterAll(() => rmSync(root, { recursive: true }));

const space = searchSpace('nas-bench-201');
const [A, B, C] = [...nasBench201.enumerate!()].slice(0, 3).map((cell) => nasBench201.format(cell));

const evaluation = {
  dataset: 'cifar10',
  trainingSet: 'half',
  epochs: 12,
  seed: 'mean',
  measures: { validAccuracy: 'valid', trainSeconds: { column: 'seconds', scale: 12, note: '12 epochs' } },
};
const wide = { space: space.name, version: '7', description: 'mine', architecture: 'arch', evaluations: [evaluation] };

async function open(content: string | Uint8Array, mapping: object = wide) {
  writeFileSync(path, content);
  return mappedSource({ path, mapping: parseMapping(mapping), space });
}

async function read(content: string | Uint8Array, mapping: object = wide, from = 0) {
  const units = await collect((await open(content, mapping)).read(from));
  return {
    units,
    records: units.flatMap((unit) => unit.records),
    findings: units.flatMap((unit) => unit.findings ?? []),
  };
}

const lines = (...rows: string[]) => ['arch,valid,seconds', ...rows, ''].join('\n');

test('a line is a training with its line, its notes and what was measured', async () => {
  const content = lines(`"${A}",10.5,2`, '', `${B},20,`);
  const common = { dataset: 'cifar10', trainingSet: 'half', epochs: 12, seed: 'mean' };
  const notes = { trainSeconds: '12 epochs' };
  for (const bytes of [content, gzipSync(content)]) {
    const source = await open(bytes);
    expect(source).toMatchObject({ space: space.name, version: '7', description: 'mine', files: [path] });
    expect(source.totalBytes).toBe(bytes.length);
    expect((await read(bytes)).records).toEqual([
      { ...common, architecture: A, sourceRecord: 2, final: { validAccuracy: 10.5, trainSeconds: 24 }, notes },
      { ...common, architecture: B, sourceRecord: 4, final: { validAccuracy: 20 }, notes },
    ]);
  }
});

test('values before the end of a training are points', async () => {
  const epoch = { column: 'at' };
  const measures = { validAccuracy: 'valid' };
  const mapping = { ...wide, evaluations: [{ ...evaluation, epoch, measures }] };
  const { records } = await read(`arch,at,valid\n${A},6,10\n${A},12,20\n`, mapping);
  expect(records.map(({ final, points }) => ({ final, points }))).toEqual([
    { final: {}, points: [{ epoch: 6, values: { validAccuracy: 10 } }] },
    { final: { validAccuracy: 20 }, points: undefined },
  ]);
});

test('units are the same from any number on', async () => {
  const cells = [...nasBench201.enumerate!()].slice(0, 600).map((cell) => nasBench201.format(cell));
  const content = lines(...cells.map((cell, i) => `${cell},${i / 10},1`), `${A},1,1`);
  const { units } = await read(content);
  expect(units.map(({ records, findings }) => [records.length, findings?.length])).toEqual([
    [256, undefined],
    [256, undefined],
    [88, 1],
  ]);
  expect(units.at(-1)!.doneBytes).toBe(content.length);
  for (const from of [1, 2, 3]) expect((await read(content, wide, from)).units).toEqual(units.slice(from));
});

test('an abort ends the reading', async () => {
  for (const content of [lines(`${A},10,1`), arrowFile({ arch: [A], valid: [10], seconds: [1] })]) {
    const source = await open(content);
    await expect(collect(source.read(0, AbortSignal.abort()))).rejects.toThrow(/abort/i);
  }
});

test('who stops early leaves nothing open', async () => {
  const source = await open(lines(...Array.from({ length: 5000 }, () => `${A},10,1`)));
  for await (const _ of source.read(0)) break;
  await expect(collect(source.read(0))).resolves.toHaveLength(20);
});

/** What a table has, in one line for each value. */
function tableLines({ series, architectures }: TableContents): string[] {
  return series.flatMap(({ key, architectures: rows, sourceLines, values, notes }) =>
    Array.from(rows, (index, row) => {
      const measured = Object.entries(values).flatMap(([measure, column]) =>
        Number.isNaN(column[row]) ? [] : [`${measure} ${column[row]}`],
      );
      return [seriesId(key), architectures[index], sourceLines[row], JSON.stringify(notes), ...measured.sort()].join();
    }),
  );
}

function recordLines(records: readonly TrainingRecord[]): string[] {
  return records.flatMap(({ final, points = [], notes = {}, architecture, sourceRecord, ...key }) =>
    [{ epoch: key.epochs, values: final }, ...points].flatMap(({ epoch, values }) => {
      const measured = Object.entries(values).map(([measure, value]) => `${measure} ${value}`);
      if (measured.length === 0) return [];
      const id = seriesId({ ...key, epoch });
      return [[id, architecture, sourceRecord, JSON.stringify(notes), ...measured.sort()].join()];
    }),
  );
}

test('any table gives what the import into a store gives: rows, findings and errors', async () => {
  const architecture = fc.constantFrom(A, B, C, A.replace('none', 'any'), '');
  const number = fc.oneof(
    fc.integer({ min: 0, max: 100 }).map(String),
    fc.constantFrom('', 'nan', '100.5', '-1', 'x', '0.5'),
  );
  const row = fc.tuple(
    architecture,
    number,
    number,
    fc.constantFrom('6', '12', '13'),
    fc.constantFrom('1;2', '50', ';'),
  );
  const mapping = {
    ...wide,
    evaluations: [
      { ...evaluation, epoch: { column: 'at' }, measures: { validAccuracy: 'valid', testAccuracy: 'test' } },
      {
        ...evaluation,
        dataset: 'cifar100',
        seed: 'position',
        measures: { testAccuracy: { column: 'joined', joined: ';' } },
      },
    ],
  };
  const outcome = async <T>(result: Promise<T>) =>
    result.catch((error: unknown) => {
      expect(error).toBeInstanceOf(ImportError);
      return (error as Error).message;
    });
  let tables = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 12 }), async (rows) => {
      const content = ['arch,valid,test,at,joined', ...rows.map((cells) => cells.join(','))].join('\n');
      writeFileSync(path, content);
      const parsed = parseMapping(mapping);
      const old = await outcome(readCsvTable({ path, benchmark: 'b', mapping: parsed, space }));
      const found = await outcome(read(content, mapping));
      if (typeof old === 'string' || typeof found === 'string') {
        expect(found).toBe(old);
        return;
      }
      tables++;
      expect(recordLines(found.records).sort()).toEqual(tableLines(old.table).sort());
      for (const kind of ['unknownArchitectures', 'duplicateRows', 'accuraciesOutOfRange', 'missingCells'] as const) {
        expect(found.findings.filter((finding) => finding.kind === kind)).toEqual(told(old.report, kind));
      }
    }),
    { numRuns: 300 },
  );
  expect(tables).toBeGreaterThan(20);
});

function told(report: ImportReport, kind: FindingKind) {
  return report[kind].listed.slice(0, 20).map(({ line, column, value, rule }) => ({ kind, line, column, value, rule }));
}

describe('an Arrow file', () => {
  const texts = vectorFromArray([A, B, C, 'x', null], new Utf8());
  const columns = {
    arch: texts,
    valid: vectorFromArray([10.5, null, 101, 1, 1]),
    seconds: vectorFromArray([2, 3, 4, 5, 6], new Int32()),
  };

  test('is a table by the names of its columns, where nulls are missing', async () => {
    const { records, findings } = await read(arrowFile(columns));
    expect(records.map(({ architecture, sourceRecord, final }) => [architecture, sourceRecord, final])).toEqual([
      [A, 1, { validAccuracy: 10.5, trainSeconds: 24 }],
    ]);
    expect(findings.map(({ kind, line, column, value }) => [kind, line, column, value])).toEqual([
      ['missingCells', 2, 'valid', ''],
      ['accuraciesOutOfRange', 3, 'valid', '101'],
      ['unknownArchitectures', 4, 'arch', 'x'],
      ['unknownArchitectures', 5, 'arch', ''],
    ]);
  });

  test('may have many batches, float32 and int64, and other columns of any type', async () => {
    const batch = (architecture: string, valid: number) => ({
      arch: vectorFromArray([architecture, architecture], new Utf8()),
      valid: vectorFromArray([valid, valid], new Float32()),
      seconds: vectorFromArray([1n, 2n]),
      other: vectorFromArray([[1], [2]]),
      epochs: vectorFromArray([12, 24], new Int32()),
    });
    const mapping = { ...wide, evaluations: [{ ...evaluation, epochs: { column: 'epochs' } }] };
    const { records } = await read(arrowFile(batch(A, 10.25), batch(B, 93.1)), mapping);
    const float32 = Math.fround(93.1);
    expect(records.map((r) => [r.sourceRecord, r.architecture, r.epochs, r.final.validAccuracy])).toEqual([
      [1, A, 12, 10.25],
      [2, A, 24, 10.25],
      [3, B, 12, float32],
      [4, B, 24, float32],
    ]);
  });

  test.each<[string, Uint8Array, string]>([
    [
      'a missing column',
      arrowFile({ arch: [A], seconds: [1] }),
      'column "valid": the header does not have this column',
    ],
    [
      'a column of lists',
      arrowFile({ ...columns, valid: vectorFromArray([[1], [2], [3], [4], [5]]) }),
      'column "valid": its type is List',
    ],
    [
      'a text for a number',
      arrowFile({ arch: [A], valid: ['high'], seconds: [1] }),
      'line 1, column "valid" is "high"',
    ],
    [
      'infinity',
      arrowFile({ arch: [A], valid: [1], seconds: [Infinity] }),
      'column "seconds" is "Infinity": it must be a number',
    ],
    ['fractions', arrowFile({ arch: [A], valid: [0.9], seconds: [1] }), 'no accuracy is above 1 percent'],
    [
      'no rows',
      arrowFile({
        arch: vectorFromArray([], new Utf8()),
        valid: vectorFromArray([], new Float32()),
        seconds: vectorFromArray([], new Float32()),
      }),
      'no line gives a row: 0 lines',
    ],
    ['half a file', arrowFile(columns).subarray(0, 300), 'it is not a readable Arrow file: it is damaged or cut short'],
    [
      'a stream',
      tableToIPC(tableFromArrays({ arch: [A] }), 'stream'),
      'it is an Arrow stream: it must be written as an Arrow file',
    ],
  ])('%s stops the import', async (_, content, message) => {
    await expect(read(content)).rejects.toThrow(ImportError);
    await expect(read(content)).rejects.toThrow(message);
  });

  test('with a huge number anywhere is a table or an ImportError, soon', async () => {
    const good = arrowFile(columns);
    for (let position = 0; position + 4 <= good.length; position += 4) {
      const bytes = Buffer.from(good);
      bytes.writeUInt32LE(0x7fffff00, position);
      await read(bytes).catch((error: unknown) => expect(error).toBeInstanceOf(ImportError));
    }
  });

  test('damaged anywhere is a table or an ImportError', async () => {
    const good = arrowFile(columns);
    const positions = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(positions, fc.nat(good.length), async (changes, cut) => {
        const bytes = Uint8Array.from(good);
        for (const [position, value] of changes) bytes[position] = value;
        for (const content of [bytes, bytes.subarray(0, cut)]) {
          try {
            await read(content);
          } catch (error) {
            expect(error).toBeInstanceOf(ImportError);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

test('what is not there does not open', async () => {
  const mapping = parseMapping(wide);
  await expect(mappedSource({ path: join(root, 'no'), mapping, space })).rejects.toThrow('no: there is no such file');
});
