import { serveTasks } from '@gradsign/compute-pool';
import { openDataset } from '@gradsign/datasets';
import { createOnnxRuntimeEngine } from '@gradsign/engine-onnxruntime';
import { prepareData, train, type TrainingData } from '@gradsign/training';
import { DATASET, embeddedNetwork, TRAINER, type TrainingId } from './definition';
import type { TrainingOutcome } from './outcome';

let data: TrainingData | undefined;

/** Does one training of the benchmark. Its numbers, but for the seconds, are the same on every run of one machine. */
export async function runTraining({ architecture, seed }: TrainingId): Promise<TrainingOutcome> {
  data ??= prepareData(openDataset(DATASET), TRAINER);
  const begin = process.cpuUsage();
  const { curve } = await train({
    engine: createOnnxRuntimeEngine(),
    network: embeddedNetwork(architecture),
    data,
    settings: TRAINER,
    seed,
  });
  const { user, system } = process.cpuUsage(begin);
  return {
    architecture,
    seed,
    trainLoss: curve.map(({ trainLoss }) => trainLoss),
    trainAccuracy: curve.map(({ trainAccuracy }) => trainAccuracy),
    validationAccuracy: curve.map(({ validationAccuracy }) => validationAccuracy),
    testAccuracy: curve.map(({ testAccuracy }) => testAccuracy),
    cpuSeconds: (user + system) / 1e6,
  };
}

if (require.main === module) {
  serveTasks({ train: (payload) => runTraining(payload as TrainingId) });
}
