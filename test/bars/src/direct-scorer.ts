import { sampleBatch } from '@gradsign/dataset';
import { datasetInfo, openDataset } from '@gradsign/datasets';
import type { Engine } from '@gradsign/engine';
import { createOnnxRuntimeEngine } from '@gradsign/engine-onnxruntime';
import { evaluateProxies } from '@gradsign/scoring';
import { nasBench201, type NetworkOptions } from '@gradsign/search-spaces';
import { BATCH_SIZE, DATASET, SEED } from './score-request';

export interface DirectScorerOptions {
  /** Default: ONNX Runtime on the CPU. */
  readonly engine?: Engine;
  readonly batchSize?: number;
  /** Scale of the networks; default: the published one. */
  readonly scale?: Pick<NetworkOptions, 'channels' | 'cellsPerStage'>;
}

/** Scores architectures in this process, without pool, cache or service around the engine. */
export function createDirectScorer(options: DirectScorerOptions = {}) {
  const { engine = createOnnxRuntimeEngine(), batchSize = BATCH_SIZE, scale } = options;
  const batch = sampleBatch(openDataset(DATASET), { split: 'train', size: batchSize, seed: SEED });
  const { imageShape, classes } = datasetInfo(DATASET);
  return (architecture: string, proxies: readonly string[], chunkSize?: number) =>
    evaluateProxies({
      engine,
      network: nasBench201.network(nasBench201.parse(architecture), { imageShape, classes, ...scale }),
      architecture,
      proxies,
      batch: { ...batch, labels: Int32Array.from(batch.labels) },
      seed: SEED,
      initializations: 1,
      chunkSize,
    });
}
