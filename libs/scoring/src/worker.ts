import { serveTasks, type TaskContext } from '@gradsign/compute-pool';
import { searchSpace } from '@gradsign/search-spaces';
import { runProbeTask, type ProbeTask } from './engine-status';
import { engineFor } from './engines';
import { evaluateProxies } from './evaluate';
import type { BatchBlob, ScoreTask, TaskScore } from './task';

/** Scores one architecture: the task that the scorer's worker processes serve. */
export async function runScoreTask(task: ScoreTask, context: TaskContext): Promise<TaskScore[]> {
  const space = searchSpace(task.space);
  const { variant, channels, cellsPerStage } = task.network;
  const network = await context.span('build network', {}, () =>
    space.network(space.parse(task.architecture), {
      imageShape: task.imageShape,
      classes: task.classes,
      channels,
      cellsPerStage,
      ...(variant === 'published' && { variant }),
    }),
  );
  const engine = await engineFor(task.engine, task.device);
  const batch = task.batchDigest === undefined ? undefined : context.blob<BatchBlob>(task.batchDigest);
  return context.span('evaluate proxies', { proxies: task.proxies.join(',') }, () =>
    evaluateProxies({
      engine,
      network,
      architecture: task.architecture,
      proxies: task.proxies,
      batch,
      seed: task.seed,
      initializations: task.initializations,
      checkpoint: () => context.checkpoint(),
      onChunk: (done, total) => context.progress({ done, total }),
    }),
  );
}

if (require.main === module) {
  serveTasks({
    score: (payload, context) => runScoreTask(payload as ScoreTask, context),
    probe: (payload) => runProbeTask(payload as ProbeTask),
  });
}
