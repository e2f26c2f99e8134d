import { sampleBatch } from '@gradsign/dataset';
import { datasetInfo, openDataset } from '@gradsign/datasets';
import type { Engine } from '@gradsign/engine';
import { initializeWeights } from '@gradsign/network';
import { batchFeeds, planProxies, proxies, type GraphProxy } from '@gradsign/proxies';
import { searchSpace } from '@gradsign/search-spaces';
import { DATASET, SEED } from './score-request';

export interface LayerGradsignOptions {
  readonly engine: Engine;
  readonly space: string;
  readonly batchSize: number;
  readonly channels?: number;
  readonly cellsPerStage?: number;
}

/** GradSign of each live layer by the name of its weight, on the bars' own data; their sum is the network's GradSign. */
export async function layerGradsign(
  architecture: string,
  { engine, space: name, batchSize, channels, cellsPerStage }: LayerGradsignOptions,
): Promise<Map<string, number>> {
  const { imageShape, classes } = datasetInfo(DATASET);
  const space = searchSpace(name);
  const network = space.network(space.parse(architecture), { imageShape, classes, channels, cellsPerStage });
  const sampled = sampleBatch(openDataset(DATASET), { split: 'train', size: batchSize, seed: SEED });
  const batch = { ...sampled, labels: Int32Array.from(sampled.labels), size: batchSize };
  const weights = initializeWeights(network, { seed: SEED, initialization: 0 });

  const gradsign = proxies.get('gradsign') as GraphProxy;
  const layers = new Map<string, number>();
  const byLayer: GraphProxy = {
    ...gradsign,
    reduce(outputs, facts) {
      outputs.forEach((output, i) => layers.set(facts.layers[i].path, gradsign.reduce([output], facts).value));
      return gradsign.reduce(outputs, facts);
    },
  };
  const [plan] = planProxies([byLayer], { network, weights, batchSize, chunkSize: batchSize });
  const session = await engine.load(plan.graph);
  try {
    plan.reduce(await session.run(batchFeeds(network, batch, 0, batchSize)));
  } finally {
    await session.release();
  }
  return layers;
}
