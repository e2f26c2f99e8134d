import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import {
  BenchmarkStore,
  importCsv,
  NB201_COMPILED,
  parseMapping,
  type CsvMapping,
  type Findings,
  type ImportReport,
} from '@gradsign/benchmarks';
import { datasetInfo, DATASET_NAMES } from '@gradsign/datasets';
import { searchSpace } from '@gradsign/search-spaces';
import { readConfig } from '../config';
import { UsageError } from '../errors';
import { Output } from '../output';
import { createProgress } from '../progress';

interface ImportOptions {
  readonly name: string;
  readonly columns?: string;
  readonly replace?: boolean;
  readonly format: 'json' | 'table';
}

/** Files that `benchmark import` reads. */
const FORMATS = ['csv'];
const NB201 = 'nb201-compiled';

/** `gradsign benchmark import`: a table from a file. It is written to GRADSIGN_HOME, where a running oracle finds it. */
export function addImport(benchmark: Command): void {
  benchmark
    .command('import')
    .description('install a benchmark table from a file')
    .argument('<format>', `format of the file: ${FORMATS.join(', ')}`)
    .argument('<path>', 'the file; .gz is unpacked')
    .requiredOption('--name <name>', 'name of the benchmark; what holds several releases adds -v and the release')
    .option('--columns <mapping>', `what the columns mean: a JSON file, or ${NB201} for the compiled NAS-Bench-201`)
    .option('--replace', 'replace a benchmark of the same name')
    .addOption(new Option('--format <format>', 'how results are printed').choices(['table', 'json']).default('table'))
    .action(importBenchmark);
}

async function importBenchmark(format: string, path: string, options: ImportOptions): Promise<void> {
  if (!FORMATS.includes(format)) {
    throw new UsageError(`"${format}" is not a format; this version reads ${FORMATS.join(', ')}`);
  }
  const mappings = readMappings(options);
  const store = new BenchmarkStore(join(readConfig().home, 'benchmarks'), searchSpace);
  const output = new Output(options.format);
  for (const [name, mapping] of mappings) {
    const progress = createProgress(`importing ${name}`, 100);
    const report = await importCsv({
      store,
      path,
      benchmark: name,
      mapping,
      space: searchSpace(mapping.space),
      imageData: (dataset) => (DATASET_NAMES.includes(dataset) ? datasetInfo(dataset) : undefined),
      replace: options.replace,
      onProgress: ({ bytes, totalBytes }) => progress.update(Math.floor((100 * bytes) / totalBytes)),
    }).finally(() => progress.stop());
    output.row(reportRow(report));
    complain(report);
  }
  output.end();
}

function readMappings({ columns, name }: ImportOptions): [name: string, mapping: CsvMapping][] {
  if (columns === undefined) throw new UsageError(`--columns is required for csv: a JSON file, or ${NB201}`);
  if (columns === NB201) return [...NB201_COMPILED.values()].map((of) => [`${name}-v${of.version}`, of]);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(columns, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsageError(`--columns: ${columns} is not JSON: ${error.message}`);
  }
  return [[name, parseMapping(json)]];
}

function reportRow(report: ImportReport) {
  const { benchmark, source, lines, architectures, rows } = report;
  return {
    benchmark,
    lines,
    architectures,
    rows,
    unknownArchitectures: report.unknownArchitectures.count,
    duplicateRows: report.duplicateRows.count,
    accuraciesOutOfRange: report.accuraciesOutOfRange.count,
    missingCells: report.missingCells.count,
    sourceFile: source.file,
    sourceSha256: source.sha256,
  };
}

/** Tells on stderr what of the file is not in the table. */
function complain(report: ImportReport): void {
  const kinds: [string, Findings][] = [
    ['architectures that the space does not have', report.unknownArchitectures],
    ['rows that repeat an earlier one', report.duplicateRows],
    ['accuracies outside 0 to 100', report.accuraciesOutOfRange],
  ];
  for (const [what, { count, listed }] of kinds) {
    if (count === 0) continue;
    process.stderr.write(`${report.benchmark}: ${count} ${what}; the first:\n`);
    for (const { line, column, value, rule } of listed.slice(0, 3)) {
      process.stderr.write(`  line ${line}, ${column} = ${JSON.stringify(value)}: ${rule}\n`);
    }
  }
}
