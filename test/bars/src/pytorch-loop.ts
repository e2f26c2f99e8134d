import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sampleBatch } from '@gradsign/dataset';
import { openDataset } from '@gradsign/datasets';
import { jsonLines } from './command';
import { npy } from './npy';
import { python, ROOT } from './paths';
import { gradsign } from './product';
import { BATCH_SIZE, DATASET, SEED } from './score-request';

/** What the loop over single samples cost for one architecture. */
export interface LoopTime {
  readonly architecture: string;
  readonly value: number;
  readonly cpuSeconds: number;
  /** The library that PyTorch's matrix products came from: it makes a difference of five times. */
  readonly blas: string;
}

/** Runs test/interop/gradsign_loop.py, on one thread, on the batch that the bars score with. */
export async function loopCpuSeconds(folder: string, architectures: readonly string[]): Promise<LoopTime[]> {
  const interpreter = python();
  mkdirSync(folder);
  const batch = sampleBatch(openDataset(DATASET), { split: 'train', size: BATCH_SIZE, seed: SEED });
  const [inputs, labels] = ['inputs.npy', 'labels.npy'].map((name) => join(folder, name));
  writeFileSync(inputs, npy(batch.images, [BATCH_SIZE, ...batch.imageShape], '<f4'));
  writeFileSync(labels, npy(Int32Array.from(batch.labels), [BATCH_SIZE], '<i4'));
  const models = architectures.map((_, i) => join(folder, `${i}.onnx`));
  for (const [i, architecture] of architectures.entries()) {
    const network = ['--space', 'nas-bench-201', '--arch', architecture, '--seed', String(SEED)];
    await gradsign(folder, ['export', ...network, '--dataset', 'cifar10', '--out', models[i]]);
  }
  const script = join(ROOT, 'test', 'interop', 'gradsign_loop.py');
  const rows = await jsonLines(interpreter, [script, ...models, '--inputs', inputs, '--labels', labels]);
  return rows.map((row, i) => ({
    architecture: architectures[i],
    value: row.gradsign as number,
    cpuSeconds: row.cpuSeconds as number,
    blas: row.blas as string,
  }));
}
