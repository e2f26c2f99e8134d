import { serveTasks, type TaskContext } from '@gradsign/compute-pool';
import { searchSpace } from '@gradsign/search-spaces';
import { dumpComponents, dumpRun } from './dump';
import { runProbeTask, type ProbeTask } from './engine-status';
import { engineFor } from './engines';
import { evaluateProxies } from './evaluate';
import { modelNetwork, runCheckTask, type SubjectNetwork } from './model-task';
import { smallestNetwork } from './smallest-network';
import type { BatchBlob, CheckTask, ScoreTask, TaskScore } from './task';

/** Scores one architecture or model: the task that the scorer's worker processes serve. */
export async function runScoreTask(task: ScoreTask, context: TaskContext): Promise<TaskScore[]> {
  const { model } = task;
  const { network, weights, normalized } = await context.span('build network', {}, () =>
    model ? modelNetwork(model, task, context) : spaceNetwork(task),
  );
  const engine = await engineFor(task.engine, task.device);
  const batch = task.batchDigest === undefined ? undefined : context.blob<BatchBlob>(task.batchDigest);
  const scores = await context.span('evaluate proxies', { proxies: task.proxies.join(',') }, () =>
    evaluateProxies({
      engine,
      network,
      weights,
      architecture: task.architecture,
      proxies: task.proxies,
      batch,
      seed: task.seed,
      initializations: task.initializations,
      memoryLimit: task.memoryLimit,
      smallestNetwork: () => smallestNetwork(task),
      onProgramRun: (run) => task.dump !== undefined && dumpRun(task.dump, run),
      checkpoint: () => context.checkpoint(),
      onChunk: (done, total) => context.progress({ done, total }),
    }),
  );
  if (task.dump !== undefined) dumpComponents(task.dump, scores);
  return normalized ? scores : scores.map((score) => ({ ...score, normalization: 'none' }));
}

function spaceNetwork(task: ScoreTask): SubjectNetwork {
  const space = searchSpace(task.space);
  const { variant, channels, cellsPerStage } = task.network;
  const network = space.network(space.parse(task.architecture), {
    imageShape: task.imageShape,
    classes: task.classes,
    channels,
    cellsPerStage,
    ...(variant === 'published' && { variant }),
  });
  return { network, normalized: true };
}

if (require.main === module) {
  serveTasks({
    score: (payload, context) => runScoreTask(payload as ScoreTask, context),
    check: (payload, context) => runCheckTask(payload as CheckTask, context),
    probe: (payload) => runProbeTask(payload as ProbeTask),
  });
}
