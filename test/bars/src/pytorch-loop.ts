import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sampleBatch } from '@gradsign/dataset';
import { openDataset } from '@gradsign/datasets';
import { Skipped } from './bar';
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
  /** The library that PyTorch's matrix products came from. */
  readonly blas: string;
}

/** Debian's PyTorch comes with the plain BLAS; where OpenBLAS is installed beside it, it takes that. */
export type Blas = 'plain' | 'openblas';

/** Runs test/interop/gradsign_loop.py, on one thread, on the batch that the bars score with, once for each BLAS. */
export async function loopTimes(folder: string, architectures: readonly string[]): Promise<Record<Blas, LoopTime[]>> {
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
  const run = async (env: Readonly<Record<string, string>>) => {
    const rows = await jsonLines(interpreter, [script, ...models, '--inputs', inputs, '--labels', labels], { env });
    return rows.map((row, i): LoopTime => {
      const { gradsign: value, cpuSeconds, blas } = row as Record<string, number> & { blas: string };
      return { architecture: architectures[i], value, cpuSeconds, blas };
    });
  };
  return { plain: await run({ LD_LIBRARY_PATH: plainBlasFolder() }), openblas: await run({}) };
}

/** Folder of Debian's package libblas3, which the dynamic linker takes only where it is told to. */
function plainBlasFolder(): string {
  const folders = readdirSync('/usr/lib').map((triplet) => join('/usr/lib', triplet, 'blas'));
  const found = folders.find((folder) => existsSync(join(folder, 'libblas.so.3')));
  if (found === undefined) throw new Skipped('libblas3 is not installed; run `bash test/interop/setup` first');
  return found;
}
