import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { circumstances } from '@gradsign/bars/machine';
import { ROOT } from '@gradsign/bars/paths';
import { sampleArchitectures } from '@gradsign/bars/sample';
import { missingDevice, missingPyTorch } from './available';
import { measureDevice, type Figure } from './gpu';
import { count, counts } from './options';
import { table } from './table';

const USAGE = `bash test/bench/gpu [OPTIONS]    seconds of GradSign on a GPU: the product, and PyTorch on the same device

--device NAMES       ONNX Runtime's devices (default: those of cuda, webgpu that work here)
--architectures N    the first N of NAS-Bench-201 by the SHA-256 of their text (default 20)
--batch-size LIST    default 64,128
--chunk-size LIST    samples at once by the product (default: its own); PyTorch takes the whole batch
--channels N, --cells-per-stage N    smaller networks
--python FILE        a Python with PyTorch, onnx and NumPy (default python3)
--out FILE           figures as JSON (default out/bench/gpu.json)
`;
const GPUS = ['cuda', 'webgpu'];
const HEADER = ['GradSign', 'median s per architecture', 'largest difference from cpu', 'agrees'];

/** Exit code: 0 where everything was measured and all scores agree, 1 where not, 2 for bad options. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      device: { type: 'string' },
      architectures: { type: 'string', default: '20' },
      'batch-size': { type: 'string', default: '64,128' },
      'chunk-size': { type: 'string' },
      channels: { type: 'string' },
      'cells-per-stage': { type: 'string' },
      python: { type: 'string', default: 'python3' },
      out: { type: 'string', default: join(ROOT, 'out', 'bench', 'gpu.json') },
      help: { type: 'boolean', default: false },
    },
  });
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  if (values.help) {
    say(USAGE);
    return 0;
  }
  const optional = (name: 'channels' | 'cells-per-stage') =>
    values[name] === undefined ? undefined : count(values[name], `--${name}`);
  const batchSizes = counts(values['batch-size'], '--batch-size');
  const architectures = sampleArchitectures(count(values.architectures, '--architectures'));
  const scale = { channels: optional('channels'), cellsPerStage: optional('cells-per-stage') };
  const chunkSizes = values['chunk-size'] === undefined ? [undefined] : counts(values['chunk-size'], '--chunk-size');

  const { devices, refused } = chooseDevices(values.device);
  if (devices.length === 0) {
    say(`not measured: ${refused.join('; ')}`);
    return 1;
  }
  const pytorch = { python: values.python, device: devices.includes('cpu') ? 'cpu' : 'cuda' };
  const reason = missingPyTorch(pytorch.python, pytorch.device);
  const missing = [...(values.device ? refused : []), ...(reason ? [`PyTorch by ${values.python}: ${reason}`] : [])];
  for (const line of missing) say(`not measured: ${line}`);

  const work = { architectures, scale, devices, chunkSizes, ...(reason === undefined && { pytorch }) };
  const results = [];
  const folder = mkdtempSync(join(tmpdir(), 'gradsign-gpu-'));
  try {
    for (const batchSize of batchSizes) {
      const figures = await measureDevice({ ...work, batchSize, folder: join(folder, String(batchSize)) });
      results.push({ batchSize, figures });
      say(`batch ${batchSize}`);
      say(table(HEADER, figures.map(cells)));
      for (const { name, error } of figures) if (error) say(`failed: ${name}: ${error}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  mkdirSync(dirname(values.out), { recursive: true });
  const result = { ...circumstances(), missing, scale, architectures, results };
  writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
  say(`figures in ${values.out}`);
  const agree = results.every(({ figures }) => figures.every(({ agrees }) => agrees));
  return agree && missing.length === 0 ? 0 : 1;
}

/** Those of the wanted devices that work here, by default of all kinds of GPU, and why the others do not. */
function chooseDevices(wanted: string | undefined) {
  const tried = (wanted?.split(',') ?? GPUS).map((device) => ({ device, reason: missingDevice(device) }));
  return {
    devices: tried.flatMap(({ device, reason }) => (reason === undefined ? [device] : [])),
    refused: tried.flatMap(({ device, reason }) => (reason === undefined ? [] : [`${device}: ${reason}`])),
  };
}

function cells({ name, medianSeconds, largestDifference, agrees }: Figure): string[] {
  const figures = [medianSeconds?.toFixed(4) ?? '–', largestDifference?.toExponential(1) ?? '–'];
  return [name, ...figures, agrees ? 'yes' : 'NO'];
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  },
);
