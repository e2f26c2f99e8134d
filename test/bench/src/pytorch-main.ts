import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { circumstances } from '@gradsign/bars/machine';
import { ROOT } from '@gradsign/bars/paths';
import { sampleArchitectures } from '@gradsign/bars/sample';
import { mean } from '@gradsign/bars/statistics';
import { largestDifference, METHODS, scoreByProduct, scoreByPyTorch, type Scored } from './measured';
import { count } from './options';
import { table } from './table';
import { writeTask, type Task } from './task';

const USAGE = `npm run bench:pytorch -- [OPTIONS]    processor time of GradSign by the product and by PyTorch, on one thread

--architectures N    the first N by the SHA-256 of their text (default 10)
--batch-size N       default 64
--chunk-size N       samples at once (default 16); the loop takes one
--channels N, --cells-per-stage N    smaller networks
--python FILE        a Python with PyTorch, onnx and NumPy (default: that of test/bench/setup)
--out FILE           figures as JSON (default out/bench/pytorch.json)
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      architectures: { type: 'string', default: '10' },
      'batch-size': { type: 'string', default: '64' },
      'chunk-size': { type: 'string', default: '16' },
      channels: { type: 'string' },
      'cells-per-stage': { type: 'string' },
      python: { type: 'string', default: join(ROOT, 'test', 'bench', '.venv', 'bin', 'python') },
      out: { type: 'string', default: join(ROOT, 'out', 'bench', 'pytorch.json') },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(USAGE);
  const { python, channels, 'cells-per-stage': cells } = values;
  if (!existsSync(python)) throw new Error(`${python} is not there; run \`bash test/bench/setup\` first`);
  const chunkSize = count(values['chunk-size'], '--chunk-size');
  const task: Task = {
    architectures: sampleArchitectures(count(values.architectures, '--architectures')),
    batchSize: count(values['batch-size'], '--batch-size'),
    scale: {
      ...(channels !== undefined && { channels: count(channels, '--channels') }),
      ...(cells !== undefined && { cellsPerStage: count(cells, '--cells-per-stage') }),
    },
  };
  const folder = mkdtempSync(join(tmpdir(), 'gradsign-bench-'));
  try {
    const product = await scoreByProduct({ ...task, device: 'cpu', chunkSize, warmUp: 2 });
    const files = writeTask(task, join(folder, 'task'));
    const runs = new Map<string, Scored[]>([['product', product]]);
    let torch = '';
    for (const method of METHODS) {
      const rows = await scoreByPyTorch(files, { python, method, device: 'cpu', chunkSize, warmUp: 1 });
      torch = rows[0].torch;
      runs.set(method, rows);
    }
    const figures = [...runs].map(([name, rows]) => ({
      name: name === 'product' ? name : `PyTorch ${torch}, ${name}`,
      cpuSeconds: mean(rows.map(({ cpuSeconds }) => cpuSeconds)),
      ratio: mean(rows.map(({ cpuSeconds }) => cpuSeconds)) / mean(product.map(({ cpuSeconds }) => cpuSeconds)),
      largestDifference: largestDifference(rows, product),
      rows,
    }));
    process.stdout.write(
      table(
        ['GradSign', 'CPU s per architecture', 'of the product', 'largest difference'],
        figures.map((f) => [f.name, f.cpuSeconds.toFixed(3), f.ratio.toFixed(2), f.largestDifference.toExponential(1)]),
      ),
    );
    mkdirSync(dirname(values.out), { recursive: true });
    writeFileSync(values.out, `${JSON.stringify({ ...task, chunkSize, ...circumstances(), figures }, null, 2)}\n`);
    process.stdout.write(`figures in ${values.out}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
});
