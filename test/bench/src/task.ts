import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npy } from '@gradsign/bars/npy';
import { DATASET, SEED } from '@gradsign/bars/score-request';
import { sampleBatch } from '@gradsign/dataset';
import { datasetInfo, openDataset } from '@gradsign/datasets';
import { initializeWeights, withWeights } from '@gradsign/network';
import { encodeModel } from '@gradsign/onnx';
import { nasBench201, type NetworkOptions } from '@gradsign/search-spaces';

/** NAS-Bench-201 architectures that are to be scored, here and by PyTorch. */
export interface Task {
  readonly architectures: readonly string[];
  readonly batchSize: number;
  /** Scale of the networks; empty: the published one. */
  readonly scale: Pick<NetworkOptions, 'channels' | 'cellsPerStage'>;
}

/** A task as files that other programs read. */
export interface TaskFiles {
  /** ONNX models with the initial weights, in the order of the architectures. */
  readonly models: readonly string[];
  /** Images, float32 [B, C, H, W], and labels, int32 [B], as NumPy files. */
  readonly inputs: string;
  readonly labels: string;
}

/** Writes the batch and the networks that the product scores for a task into a new folder. */
export function writeTask({ architectures, batchSize, scale }: Task, folder: string): TaskFiles {
  mkdirSync(folder);
  const batch = sampleBatch(openDataset(DATASET), { split: 'train', size: batchSize, seed: SEED });
  const [inputs, labels] = ['inputs.npy', 'labels.npy'].map((name) => join(folder, name));
  writeFileSync(inputs, npy(batch.images, [batchSize, ...batch.imageShape], '<f4'));
  writeFileSync(labels, npy(Int32Array.from(batch.labels), [batchSize], '<i4'));
  const { imageShape, classes } = datasetInfo(DATASET);
  const models = architectures.map((architecture, i) => {
    const network = nasBench201.network(nasBench201.parse(architecture), { imageShape, classes, ...scale });
    const graph = withWeights(network, initializeWeights(network, { seed: SEED, initialization: 0 }));
    const file = join(folder, `${i}.onnx`);
    writeFileSync(file, encodeModel(graph, { producer: 'gradsign' }));
    return file;
  });
  return { models, inputs, labels };
}
