import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RECORD_IMPORTERS } from '@gradsign/benchmarks';
import { writeNb101, writeNds } from './import-files';

const root = mkdtempSync(join(tmpdir(), 'import-files-'));
afterAll(() => rmSync(root, { recursive: true }));

test.each([
  ['nb101-tfrecord', 'x.tfrecord', (path: string) => writeNb101(path, 40, [4, 108]), 240],
  ['nds-json', 'DARTS.json', (path: string) => writeNds(path, 25), 25],
] as const)('%s reads what the benchmark writes, without findings', async (importer, name, write, trainings) => {
  const path = join(root, name);
  write(path);
  const source = await RECORD_IMPORTERS.find((known) => known.name === importer)!.open(path);
  let records = 0;
  for await (const unit of source.read(0)) {
    expect(unit.findings).toBeUndefined();
    records += unit.records.length;
  }
  expect(records).toBe(trainings);
});
