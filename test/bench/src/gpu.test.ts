import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingPyTorch } from './available';
import { largestDifference } from './measured';

const SMALL = ['--architectures', '2', '--batch-size', '2,4', '--channels', '2', '--cells-per-stage', '1'];
const NO_PYTHON = ['--python', join(tmpdir(), 'no', 'python')];

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'gradsign-bench-test-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function gpu(...options: string[]) {
  const out = join(folder, 'gpu.json');
  return { out, ...spawnSync('bash', [join(__dirname, '..', 'gpu'), ...options, '--out', out], { encoding: 'utf8' }) };
}

test('what is there is measured; one line says what is missing, and the exit code', () => {
  const { status, stdout, stderr, out } = gpu('--device', 'cpu', ...SMALL, ...NO_PYTHON);
  expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
  expect(stdout).toMatch(/^not measured: PyTorch by .*no.python: .*ENOENT\n/);
  const { results, machine } = JSON.parse(readFileSync(out, 'utf8'));
  expect(machine.cores).toBeGreaterThan(0);
  expect(results.map(({ batchSize }: { batchSize: number }) => batchSize)).toEqual([2, 4]);
  const [{ rows, agrees }] = results[0].figures;
  expect(agrees).toBe(true);
  expect(rows).toHaveLength(2);
});

test('without any device, one line says why', () => {
  const { status, stdout } = gpu('--device', 'tpu', ...SMALL, ...NO_PYTHON);
  expect(status).toBe(1);
  expect(stdout).toMatch(/^not measured: tpu: ONNX Runtime cannot use the device "tpu" here: it has .*\n$/);
});

test('a bad option is refused with its rule', () => {
  expect(gpu('--batch-size', '64,0')).toMatchObject({
    status: 2,
    stderr: '--batch-size "0": must be a whole number from 1\n',
  });
});

test('a Python without PyTorch is told by its own last words', () => {
  expect(missingPyTorch(process.execPath, 'cpu')).toEqual(expect.any(String));
});

test('differences are relative, to 1 for a score of zero', () => {
  const scores = (...values: number[]) => values.map((value) => ({ value, seconds: 1, cpuSeconds: 1 }));
  expect(largestDifference(scores(0, 99, 2), scores(0, 100, 2))).toBe(0.01);
  expect(largestDifference(scores(3), scores(0))).toBe(3);
});
