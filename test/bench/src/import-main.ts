import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { jsonLines } from '@gradsign/bars/command';
import { circumstances } from '@gradsign/bars/machine';
import { ROOT } from '@gradsign/bars/paths';
import { writeNb101, writeNds } from './import-files';
import type { ImportMeasurement } from './import-worker';
import { count } from './options';
import { table } from './table';

const USAGE = `npm run bench:import -- [OPTIONS]    speed and memory of reading published benchmark files

The files are made up, like the published ones in everything but their accuracies, and removed afterwards.

--cells N             cells of NAS-Bench-101 with trainings over 108 epochs, and a quarter of them with all trainings
                      (default 171000, which is about 200 MB each; the benchmark has 423624)
--networks N          networks of NDS (default 5000)
--out FILE            figures as JSON (default out/bench/import.json)
`;
/** The published files. */
const ONLY_108 = { name: 'nasbench_only108.tfrecord', bytes: 499e6 };
const FULL = { name: 'nasbench_full.tfrecord', bytes: 1.95e9 };

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      cells: { type: 'string', default: '171000' },
      networks: { type: 'string', default: '5000' },
      out: { type: 'string', default: join(ROOT, 'out', 'bench', 'import.json') },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(USAGE);
  const cells = count(values.cells, '--cells');
  const networks = count(values.networks, '--networks');
  const quarter = Math.ceil(cells / 4);
  const files = [
    { published: ONLY_108, importer: 'nb101-tfrecord', write: (path: string) => writeNb101(path, cells, [108]) },
    {
      published: FULL,
      importer: 'nb101-tfrecord',
      write: (path: string) => writeNb101(path, quarter, [4, 12, 36, 108]),
    },
    { published: { name: 'DARTS.json' }, importer: 'nds-json', write: (path: string) => writeNds(path, networks) },
  ];
  const folder = mkdtempSync(join(tmpdir(), 'gradsign-import-'));
  const rows: { name: string; publishedBytes?: number; measured: ImportMeasurement }[] = [];
  try {
    for (const { published, importer, write } of files) {
      const path = join(folder, published.name);
      write(path);
      const [row] = await jsonLines(process.execPath, [join(__dirname, 'import-worker.js'), importer, path]);
      rmSync(path);
      const publishedBytes = 'bytes' in published ? published.bytes : undefined;
      rows.push({ name: published.name, publishedBytes, measured: row as unknown as ImportMeasurement });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const header = ['file like', 'MB', 'trainings', 'MB/s', 'MB per CPU s', 'peak MB', 'CPU s for the published file'];
  process.stdout.write(
    table(
      header,
      rows.map(({ name, publishedBytes, measured: { bytes, trainings, seconds, cpuSeconds, peakBytes } }) => [
        name,
        (bytes / 1e6).toFixed(0),
        String(trainings),
        (bytes / 1e6 / seconds).toFixed(0),
        (bytes / 1e6 / cpuSeconds).toFixed(0),
        (peakBytes / 1e6).toFixed(0),
        publishedBytes === undefined ? '' : ((publishedBytes / bytes) * cpuSeconds).toFixed(0),
      ]),
    ),
  );
  mkdirSync(dirname(values.out), { recursive: true });
  writeFileSync(values.out, `${JSON.stringify({ cells, networks, ...circumstances(), rows }, null, 2)}\n`);
  process.stdout.write(`figures in ${values.out}\n`);
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
});
