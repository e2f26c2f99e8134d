import { readFileSync } from 'node:fs';
import {
  augmentationNames,
  Engine,
  engineNames,
  networkVariantNames,
  parseDataset,
  type NetworkOptions,
  type ScorerApi,
  type ScoreSettings,
} from '@gradsign/contracts';
import { uploadBatch } from '@gradsign/client';
import { batchFromNpy } from '@gradsign/datasets';
import { datasetFacts } from './dataset-facts';
import { UsageError } from './errors';
import { checkImageSize, type DataOptions } from './local-data';
import type { ScoreDataOptions } from './options';

/** Network options of an invocation. */
export function networkOptions({
  variant = 'standard',
  channels = 0,
  cellsPerStage = 0,
}: Pick<ScoreDataOptions, 'variant' | 'channels' | 'cellsPerStage'>): NetworkOptions {
  return { variant: networkVariantNames.parse(variant, '--variant'), channels, cellsPerStage };
}

/** The settings of an invocation; images given as files are uploaded to the scorer first. */
export async function scoreSettings(
  scorer: ScorerApi,
  proxies: readonly string[],
  options: ScoreDataOptions & DataOptions,
): Promise<ScoreSettings> {
  const { dataset: name, inputs, labels } = options;
  if (name === undefined)
    throw new UsageError('--dataset is required: it fixes image shape, classes and normalisation');
  if ((inputs === undefined) !== (labels === undefined))
    throw new UsageError('--inputs and --labels are given together');
  checkImageSize(name, options);
  const dataset = parseDataset(name, '--dataset');
  const given = inputs !== undefined && labels !== undefined;
  if (given && options.batchSize !== undefined)
    throw new UsageError('--batch-size is the number of images in --inputs');
  const batch = given
    ? batchFromNpy(readFileSync(inputs), readFileSync(labels), await datasetFacts(scorer, name))
    : undefined;
  return {
    proxies: proxies.map((id) => ({ id, batchSize: options.batchSize, initializations: options.initializations })),
    data: {
      source: batch
        ? { $case: 'batch', value: { digest: await uploadBatch(scorer, batch), dataset } }
        : { $case: 'dataset', value: dataset },
      augmentation: augmentationNames.parse(options.augment, '--augment'),
    },
    network: networkOptions(options),
    seed: options.seed,
    engine: options.engine === undefined ? Engine.ENGINE_UNSPECIFIED : engineNames.parse(options.engine, '--engine'),
    device: options.device ?? '',
    recompute: options.recompute ?? false,
  };
}
