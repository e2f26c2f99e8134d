import { sampleBatch } from '@gradsign/dataset';
import { datasetInfo, openDataset } from '@gradsign/datasets';
import { createOnnxRuntimeEngine } from '@gradsign/engine-onnxruntime';
import { evaluateProxies } from '@gradsign/scoring';
import { nasBench201 } from '@gradsign/search-spaces';
import { BATCH_SIZE, DATASET, SEED } from './score-request';

/** Scores architectures in this process, without pool, cache or service around the engine. */
export function createDirectScorer() {
  const engine = createOnnxRuntimeEngine();
  const batch = sampleBatch(openDataset(DATASET), { split: 'train', size: BATCH_SIZE, seed: SEED });
  const { imageShape, classes } = datasetInfo(DATASET);
  return (architecture: string, proxies: readonly string[], chunkSize?: number) =>
    evaluateProxies({
      engine,
      network: nasBench201.network(nasBench201.parse(architecture), { imageShape, classes }),
      architecture,
      proxies,
      batch: { ...batch, labels: Int32Array.from(batch.labels) },
      seed: SEED,
      initializations: 1,
      chunkSize,
    });
}
