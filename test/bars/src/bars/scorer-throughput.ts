import { join } from 'node:path';
import { connectScorer } from '@gradsign/client';
import type { ScorerApi } from '@gradsign/contracts';
import { atLeast, atMost, type Bar } from '../bar';
import { DirectWorkers } from '../direct-workers';
import { cpuSecondsOfTree, residentMb } from '../processes';
import { loopTimes } from '../pytorch-loop';
import { serve } from '../product';
import { sampleArchitectures } from '../sample';
import { scoreAll, scoreRequest } from '../score-request';
import { mean, scaled } from '../statistics';

const CORES = 2;
/** Least gain over the loop. A tenth has three architectures of the loop's, which differ tenfold in size. */
const LEAST_GAIN = 15;
const LEAST_GAIN_OF_A_TENTH = 6;
/** Least share of the bare workers' throughput. A tenth is over before its start has been made up for. */
const LEAST_SHARE = 0.95;
const LEAST_SHARE_OF_A_TENTH = 0.8;
/** Scored before anything is measured, so that every worker has loaded the engine. */
const WARM_UP = 6;

export const scorerThroughput: Bar = {
  name: 'scorer-throughput',
  description:
    'GradSign by the scorer service (batch 64, NAS-Bench-201): ≥ 15 times less processor time than the loop ' +
    'in PyTorch as Debian installs it, ' +
    '≥ 0.95 of the throughput of two bare worker processes, workers below 700 MB',
  async run({ scale, folder, log }) {
    const size = scaled(300, scale);
    const all = sampleArchitectures(size + WARM_UP);
    const [measured, warmUp] = [all.slice(0, size), all.slice(size)];
    const looped = measured.slice(0, scaled(20, scale, 3));

    const service = await measureService(folder, { warmUp, measured, looped });
    log(
      `service: ${service.secondsPerArchitecture.toFixed(3)} s, ${service.cpuSecondsPerArchitecture.toFixed(3)} CPU s`,
    );
    const directSeconds = await measureDirect(warmUp, measured);
    log(`two bare workers: ${directSeconds.toFixed(3)} s per architecture`);
    const loops = await loopTimes(join(folder, 'loop'), looped);
    const loopCpuSeconds = {
      plain: mean(loops.plain.map(({ cpuSeconds }) => cpuSeconds)),
      openblas: mean(loops.openblas.map(({ cpuSeconds }) => cpuSeconds)),
    };
    const gain = {
      plain: loopCpuSeconds.plain / service.cpuSecondsPerLoopedArchitecture,
      openblas: loopCpuSeconds.openblas / service.cpuSecondsPerLoopedArchitecture,
    };
    for (const blas of ['plain', 'openblas'] as const) {
      log(
        `PyTorch loop, ${loops[blas][0].blas}: ${loopCpuSeconds[blas].toFixed(3)} CPU s, ${gain[blas].toFixed(2)} times`,
      );
    }
    const whole = scale === 1;
    return {
      checks: [
        atLeast(
          'processor time of the PyTorch loop, as Debian installs it, over that of the service',
          gain.plain,
          whole ? LEAST_GAIN : LEAST_GAIN_OF_A_TENTH,
        ),
        atLeast(
          'throughput over that of two bare workers',
          directSeconds / service.secondsPerArchitecture,
          whole ? LEAST_SHARE : LEAST_SHARE_OF_A_TENTH,
        ),
        atMost('largest peak memory of a worker in MB', Math.max(...service.workerPeakMb), 700),
      ],
      figures: {
        architectures: size,
        loopedArchitectures: looped.length,
        ...service,
        directSecondsPerArchitecture: directSeconds,
        loopCpuSecondsPerArchitecture: loopCpuSeconds,
        gainOverLoop: gain,
        loops,
      },
    };
  },
};

async function measureService(
  home: string,
  { warmUp, measured, looped }: Record<'warmUp' | 'measured' | 'looped', readonly string[]>,
) {
  const services = await serve(home);
  const scorer = connectScorer({ address: services.first.scorer as string });
  try {
    await score(scorer.api, warmUp);
    const whole = await timed(services.pid, () => score(scorer.api, measured));
    const part = await timed(services.pid, () => score(scorer.api, looped));
    const { workers } = await scorer.api.describeScorer({});
    return {
      secondsPerArchitecture: whole.seconds / measured.length,
      cpuSecondsPerArchitecture: whole.cpuSeconds / measured.length,
      cpuSecondsPerLoopedArchitecture: part.cpuSeconds / looped.length,
      workerPeakMb: workers.map(({ pid }) => residentMb(pid, 'VmHWM')),
    };
  } finally {
    scorer.close();
    await services.stop();
  }
}

async function score(scorer: ScorerApi, architectures: readonly string[]): Promise<void> {
  await scoreAll(scorer, scoreRequest(architectures, ['gradsign']));
}

async function timed(pid: number, work: () => Promise<unknown>) {
  const [started, cpuStarted] = [performance.now(), cpuSecondsOfTree(pid)];
  await work();
  return { seconds: (performance.now() - started) / 1000, cpuSeconds: cpuSecondsOfTree(pid) - cpuStarted };
}

/** Seconds an architecture on two bare workers. */
async function measureDirect(warmUp: readonly string[], measured: readonly string[]): Promise<number> {
  const workers = new DirectWorkers(CORES);
  try {
    const tasks = (of: readonly string[]) => of.map((architecture) => ({ architecture, proxies: ['gradsign'] }));
    await workers.score(tasks(warmUp));
    const started = performance.now();
    await workers.score(tasks(measured));
    return (performance.now() - started) / 1000 / measured.length;
  } finally {
    workers.stop();
  }
}
