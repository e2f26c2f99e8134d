import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { circumstances } from '@gradsign/bars/machine';
import { ROOT } from '@gradsign/bars/paths';
import { sampleArchitectures } from '@gradsign/bars/sample';
import { missingDevice, missingPyTorch } from './available';
import { measureDevice } from './gpu';
import { count, counts } from './options';
import { table } from './table';

const USAGE = `bash test/bench/gpu [OPTIONS]    seconds of GradSign on a GPU: the product, and PyTorch on the same device

--device NAMES       ONNX Runtime's devices (default: those of cuda, webgpu that work here)
--architectures N    the first N of NAS-Bench-201 by the SHA-256 of their text (default 20)
--batch-size LIST    default 64,128
--chunk-size N       samples at once (default: the whole batch); the loop takes one
--channels N, --cells-per-stage N    smaller networks
--python FILE        a Python with PyTorch, onnx and NumPy (default python3)
--out FILE           figures as JSON (default out/bench/gpu.json)
`;
const GPUS = ['cuda', 'webgpu'];

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
  const optional = (name: 'chunk-size' | 'channels' | 'cells-per-stage') =>
    values[name] === undefined ? undefined : count(values[name], `--${name}`);
  const batchSizes = counts(values['batch-size'], '--batch-size');
  const architectures = sampleArchitectures(count(values.architectures, '--architectures'));
  const scale = { channels: optional('channels'), cellsPerStage: optional('cells-per-stage') };
  const chunkSize = optional('chunk-size');

  const wanted = values.device?.split(',') ?? GPUS;
  const reasons = new Map<string, string | undefined>();
  for (const device of wanted) reasons.set(device, missingDevice(device));
  const devices = wanted.filter((device) => reasons.get(device) === undefined);
  const refused = wanted.flatMap((device) => (reasons.get(device) ? [`${device}: ${reasons.get(device)}`] : []));
  if (devices.length === 0) {
    say(`not measured: ${refused.join('; ')}`);
    return 1;
  }
  // PyTorch's name of the one device that all of this is about.
  const torchDevice = devices.includes('cpu') ? 'cpu' : 'cuda';
  const reason = missingPyTorch(values.python, torchDevice);
  const withoutPyTorch = reason && `PyTorch by ${values.python}: ${reason}`;
  const missing = [...(values.device ? refused : []), ...(withoutPyTorch ? [withoutPyTorch] : [])];
  for (const line of missing) say(`not measured: ${line}`);

  const folder = mkdtempSync(join(tmpdir(), 'gradsign-gpu-'));
  try {
    const results = [];
    for (const batchSize of batchSizes) {
      results.push(
        await measureDevice({
          ...{ architectures, batchSize, scale, devices, chunkSize: chunkSize ?? batchSize },
          pytorch: withoutPyTorch ? undefined : { python: values.python, device: torchDevice },
          folder: join(folder, String(batchSize)),
        }),
      );
      const rows = results
        .at(-1)!
        .figures.map((f) => [
          f.name,
          f.medianSeconds.toFixed(4),
          f.largestDifference.toExponential(1),
          f.agrees ? 'yes' : 'NO',
        ]);
      say(`batch ${batchSize}`);
      say(table(['GradSign', 'median s per architecture', 'largest difference from cpu', 'agrees'], rows));
    }
    mkdirSync(dirname(values.out), { recursive: true });
    const result = { ...circumstances(), gpu: results[0].gpu, missing, scale, results };
    writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
    say(`figures in ${values.out}`);
    const agree = results.every(({ figures }) => figures.every(({ agrees }) => agrees));
    return agree && missing.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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
