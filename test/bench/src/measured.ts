import { join } from 'node:path';
import { jsonLines } from '@gradsign/bars/command';
import { ROOT } from '@gradsign/bars/paths';
import { WORKER_ENVIRONMENT } from '@gradsign/engine-onnxruntime/worker-environment';
import type { ScorerWork } from './scorer-worker';
import type { TaskFiles } from './task';

/** One architecture's score and what it took: seconds of the clock, and of the processor. */
export interface Scored {
  readonly value: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** The ways in which test/bench/gradsign_batched.py computes GradSign. */
export const METHODS = ['loop', 'vmap', 'patches'] as const;
export type Method = (typeof METHODS)[number];

/** The product's scores, one process for all, by the order of the architectures. */
export async function scoreByProduct(work: ScorerWork): Promise<Scored[]> {
  const worker = join(__dirname, 'scorer-worker.js');
  const rows = await jsonLines(process.execPath, [worker, JSON.stringify(work)], { env: WORKER_ENVIRONMENT });
  return rows as unknown as Scored[];
}

export interface PyTorchRun {
  /** A Python that has PyTorch, onnx and NumPy. */
  readonly python: string;
  readonly method: Method;
  readonly device: string;
  readonly chunkSize: number;
  readonly warmUp: number;
}

/** PyTorch's scores and what it says of itself, by the order of the models. */
export async function scoreByPyTorch({ models, inputs, labels }: TaskFiles, run: PyTorchRun) {
  const script = join(ROOT, 'test', 'bench', 'gradsign_batched.py');
  const options = ['--method', run.method, '--device', run.device, '--chunk', String(run.chunkSize)];
  const files = [...models, '--inputs', inputs, '--labels', labels, '--warm-up', String(run.warmUp)];
  const rows = await jsonLines(run.python, ['-W', 'ignore', script, ...files, ...options]);
  return rows as unknown as (Scored & { readonly torch: string; readonly device: string })[];
}

/** The largest |a − b| / max(|b|, 1) of two lists of scores. */
export function largestDifference(values: readonly Scored[], expected: readonly Scored[]): number {
  return Math.max(
    ...values.map(({ value }, i) => Math.abs(value - expected[i].value) / Math.max(Math.abs(expected[i].value), 1)),
  );
}
