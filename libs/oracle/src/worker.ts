import { serveTasks, type TaskContext } from '@gradsign/compute-pool';
import { createOnnxRuntimeEngine, loadModelFile } from '@gradsign/engine-onnxruntime';
import { flops, parameterCount } from '@gradsign/network';
import { inferenceModel, measureModel, train, type EpochMetrics, type TrainingData } from '@gradsign/training';
import type { TrainOutcome, TrainProgress, TrainTask } from './task';
import { trainingData } from './training-data';
import { trainingNetwork } from './training-network';

/** Steps are told at most this often. */
const STEP_INTERVAL_MS = 250;

/**
 * Trains one network: the task that the oracle's worker processes serve. The accuracies of the result are measured
 * anew, from the ONNX file as its user gets it.
 */
export async function runTrainTask(task: TrainTask, context: TaskContext): Promise<TrainOutcome> {
  const report = (progress: TrainProgress) => context.progress(progress);
  report({ type: 'started' });
  const engine = createOnnxRuntimeEngine({ threads: 1 });
  const data = await context.span('read images', { dataset: task.dataset }, () => trainingData(task));
  const network = await context.span('build network', {}, () =>
    trainingNetwork(task, { imageShape: data.imageShape, classes: data.dataset.classes }),
  );
  const clock = new TrainingClock();
  const { settings, seed } = task;
  const trained = await context.span('train', { epochs: settings.epochs }, () =>
    train({
      engine,
      network,
      data,
      settings,
      seed,
      checkpoint: () => context.checkpoint(),
      onStep: (step) => clock.step(step) && report({ type: 'step', step }),
      onEpoch: (metrics) => report({ type: 'epoch', step: clock.steps, metrics: clock.epoch(metrics) }),
    }),
  );
  return context.span('measure model', {}, async () => {
    const about = { space: task.space, architecture: task.architecture };
    const model = inferenceModel(network, trained, { dataset: data.dataset, about });
    const begin = performance.now();
    const accuracies = await measureFile(model, data, context);
    const evalSeconds = secondsSince(begin);
    const costs = { params: BigInt(parameterCount(network)), flops: flops(network.graph) };
    const { trainSeconds } = clock;
    return { model, result: { ...accuracies, trainSeconds, evalSeconds, ...costs } };
  });
}

async function measureFile(model: Uint8Array, data: TrainingData, context: TaskContext) {
  const session = await loadModelFile(model);
  try {
    const validationAccuracy = await measureModel(session, data, 'validation');
    await context.checkpoint();
    return { validationAccuracy, testAccuracy: present(await measureModel(session, data, 'test')) };
  } finally {
    await session.release();
  }
}

/** Tells the seconds of optimisation steps from those of the evaluation after each epoch. */
class TrainingClock {
  steps = 0;
  trainSeconds = 0;
  private readonly begin = performance.now();
  private epochBegin = this.begin;
  private stepEnd = this.begin;
  private told = this.begin;

  /** A step is done. Returns whether it is time to tell of one. */
  step(step: number): boolean {
    this.steps = step;
    this.stepEnd = performance.now();
    const due = this.stepEnd - this.told >= STEP_INTERVAL_MS;
    if (due) this.told = this.stepEnd;
    return due;
  }

  epoch({ testAccuracy, ...metrics }: EpochMetrics) {
    this.trainSeconds += (this.stepEnd - this.epochBegin) / 1000;
    this.epochBegin = performance.now();
    return { ...metrics, testAccuracy: present(testAccuracy), seconds: secondsSince(this.begin) };
  }
}

const secondsSince = (begin: number): number => (performance.now() - begin) / 1000;

/** An accuracy over no images is none. */
const present = (accuracy: number): number | undefined => (Number.isNaN(accuracy) ? undefined : accuracy);

if (require.main === module) {
  serveTasks({ train: (payload, context) => runTrainTask(payload as TrainTask, context) });
}
