import { sampleBatch } from '@gradsign/dataset';
import { datasetInfo, openDataset } from '@gradsign/datasets';
import type { Engine } from '@gradsign/engine';
import { initializeWeights } from '@gradsign/network';
import { evaluateProxies } from '@gradsign/scoring';
import { nasBench201 } from '@gradsign/search-spaces';
import { DATASET, SEED } from '@gradsign/bars/score-request';
import { Stopwatch } from './stopwatch';

/**
 * `draw`: initial weights; `build`: the network and the proxy's graph; `create`: encoding the graph, the session, and
 * releasing it; `run`: the graph on every chunk; `reduce`: feeding the chunks, adding their outputs, the value.
 */
export const STAGES = ['draw', 'build', 'create', 'run', 'reduce'] as const;
type Stage = (typeof STAGES)[number];

export interface StageTimes {
  readonly architecture: string;
  readonly value: number;
  /** Processor time of this process, user and system, by stage. */
  readonly cpuMs: Readonly<Record<Stage, number>>;
}

export interface StageOptions {
  readonly engine: Engine;
  /** A proxy over a graph. */
  readonly proxy: string;
  readonly batchSize: number;
  readonly chunkSize: number;
}

/** Scores one NAS-Bench-201 architecture a call, exactly as the product does, with a stopwatch around the engine. */
export function createStageTimer({ engine, proxy, batchSize, chunkSize }: StageOptions) {
  const { imageShape, classes } = datasetInfo(DATASET);
  const { images, labels, size } = sampleBatch(openDataset(DATASET), { split: 'train', size: batchSize, seed: SEED });
  const batch = { images, labels: Int32Array.from(labels), size };
  return async (architecture: string): Promise<StageTimes> => {
    const watch = new Stopwatch<Stage>(['build', ...STAGES], cpuMilliseconds);
    const network = nasBench201.network(nasBench201.parse(architecture), { imageShape, classes });
    watch.enter('draw');
    const weights = initializeWeights(network, { seed: SEED, initialization: 0 });
    watch.enter('build');
    const [{ value }] = await evaluateProxies({
      engine: timed(engine, watch),
      network,
      architecture,
      proxies: [proxy],
      batch,
      seed: SEED,
      initializations: 1,
      weights,
      chunkSize,
    });
    watch.enter('reduce');
    return { architecture, value, cpuMs: watch.spent };
  };
}

/** What is between the calls of the engine, once a graph is loaded, is `reduce`. */
function timed(engine: Engine, watch: Stopwatch<Stage>): Engine {
  const during = async <T>(stage: Stage, work: () => Promise<T>): Promise<T> => {
    watch.enter(stage);
    const result = await work();
    watch.enter('reduce');
    return result;
  };
  return {
    name: engine.name,
    device: engine.device,
    precision: engine.precision,
    load: (graph) =>
      during('create', async () => {
        const session = await engine.load(graph);
        return {
          run: (feeds) => during('run', () => session.run(feeds)),
          release: () => during('create', () => session.release()),
        };
      }),
  };
}

function cpuMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
