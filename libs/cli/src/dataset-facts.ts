import { formatDataset, ServiceError, type ScorerApi } from '@gradsign/contracts';
import type { BatchInfo } from '@gradsign/dataset';
import { DATASET_NAMES, datasetInfo } from '@gradsign/datasets';

/** Image shape and classes of a data set. */
export interface DatasetFacts extends BatchInfo {
  /** SHA-256 of images and labels, where the name does not say which they are. */
  readonly digest?: string;
}

/**
 * The facts of a data set; those of a user's own are known to the scorer alone.
 * @throws ServiceError FAILED_PRECONDITION where the scorer has no such data set.
 */
export async function datasetFacts(scorer: ScorerApi, name: string): Promise<DatasetFacts> {
  if (DATASET_NAMES.includes(name)) return datasetInfo(name);
  const { datasets } = await scorer.describeScorer({});
  const found = datasets.find(({ dataset }) => formatDataset(dataset, 'dataset') === name);
  if (!found) {
    throw new ServiceError('FAILED_PRECONDITION', `the scorer has no images of "${name}" that it can read`, {
      reason: 'DATASET_NOT_REGISTERED',
    });
  }
  const { channels, height, width, classes, digest } = found;
  return { name, imageShape: [channels, height, width], classes, digest };
}
