import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sampleBatch } from '@gradsign/dataset';
import { openDataset } from '@gradsign/datasets';
import { npy } from './npy';
import { gradsign } from './product';
import { DATASET, SEED } from './score-request';

/** Writes the batch that the bars score with, as NumPy files; returns the scripts' options that name them. */
export function exportBatch(folder: string, size: number): string[] {
  const batch = sampleBatch(openDataset(DATASET), { split: 'train', size, seed: SEED });
  const [inputs, labels] = ['inputs.npy', 'labels.npy'].map((name) => join(folder, name));
  writeFileSync(inputs, npy(batch.images, [size, ...batch.imageShape], '<f4'));
  writeFileSync(labels, npy(Int32Array.from(batch.labels), [size], '<i4'));
  return ['--inputs', inputs, '--labels', labels];
}

/** Writes each architecture's network for CIFAR-10 with the weights of the bars' seed; returns the files. */
export async function exportNetworks(
  folder: string,
  architectures: readonly string[],
  { space, channels, cellsPerStage }: { space: string; channels?: number; cellsPerStage?: number },
): Promise<string[]> {
  const files = architectures.map((_, i) => join(folder, `${i}.onnx`));
  for (const [i, architecture] of architectures.entries()) {
    const network = ['--space', space, '--arch', architecture, '--seed', String(SEED), '--dataset', 'cifar10'];
    const width = channels === undefined ? [] : ['--channels', channels];
    const depth = cellsPerStage === undefined ? [] : ['--cells-per-stage', cellsPerStage];
    await gradsign(folder, ['export', ...network, ...width, ...depth, '--out', files[i]]);
  }
  return files;
}
