import { connectScorer } from '@gradsign/client';
import { atMost, type Bar } from '../bar';
import { startService } from '../product';
import { ResidentSampler, type ResidentSample } from '../resident-samples';
import { sampleArchitectures } from '../sample';
import { scoreAll, scoreRequest } from '../score-request';
import { median, scaled } from '../statistics';

const PROXIES = ['gradsign', 'params'];
/** Networks that take some 30 ms. */
const SMALL = { batchSize: 8, channels: 4, cellsPerStage: 1 };
/**
 * Architectures that are scored before memory is compared. A worker's memory is a saw (it rises until its garbage is
 * collected) whose level rises for the first thousands, ever more slowly, until its allocator has found its size.
 */
const WARM_UP = 4000;
const MOST = 1.05;
/** A tenth ends while the level still rises: by a quarter at most. */
const WARM_UP_OF_A_TENTH = 1000;
const MOST_OF_A_TENTH = 1.4;
const INTERVAL_MS = 250;

export const steadyMemory: Bar = {
  name: 'steady-memory',
  description:
    'memory of every process of a scorer that scores 10,000 architectures in a row: the median of the last quarter ' +
    'at most 5 % above that of the first, after a warm-up of 4,000',
  async run({ scale, folder, log }) {
    const warmUp = scale === 1 ? WARM_UP : WARM_UP_OF_A_TENTH;
    const architectures = sampleArchitectures(warmUp + scaled(10_000, scale));
    const service = await startService('scorer', folder);
    const scorer = connectScorer({ address: service.first.grpc as string });
    const sampler = new ResidentSampler(service.pid, INTERVAL_MS);
    let [warm, done] = [0, 0];
    try {
      await scoreAll(scorer.api, scoreRequest(architectures, PROXIES, SMALL), () => {
        done++;
        if (done === warmUp) warm = sampler.now();
        if (done % (architectures.length / 10) === 0)
          log(`${done} architectures, ${described(sampler.samples.at(-1))}`);
      });
    } finally {
      sampler.stop();
      scorer.close();
      await service.stop();
    }
    const measured = sampler.samples.filter(({ seconds }) => seconds >= warm);
    const quarter = Math.floor(measured.length / 4);
    const [first, last] = [measured.slice(0, quarter), measured.slice(-quarter)];
    const processes = processesOf(first, last);
    const growth = Math.max(...processes.map(({ firstMb, lastMb }) => lastMb / firstMb));
    const [before, after] = [first[0].mb.size, last.at(-1)!.mb.size];
    return {
      checks: [
        atMost(
          'memory of the process that grew most, last quarter over first',
          growth,
          scale === 1 ? MOST : MOST_OF_A_TENTH,
        ),
        atMost('processes of the first quarter that are gone in the last', before - processes.length, 0),
        atMost('processes that came', after - processes.length, 0),
      ],
      figures: {
        architectures: architectures.length,
        warmUp,
        seconds: sampler.samples.at(-1)!.seconds,
        warmUpSeconds: warm,
        processes,
        samples: sampler.samples.map(({ seconds, mb }) => ({ seconds, mb: Object.fromEntries(mb) })),
      },
    };
  },
};

/** The processes that are there all the time, with their medians in MB. */
function processesOf(first: readonly ResidentSample[], last: readonly ResidentSample[]) {
  const present = (pid: number) => [...first, ...last].every(({ mb }) => mb.has(pid));
  const medianOf = (samples: readonly ResidentSample[], pid: number) => median(samples.map(({ mb }) => mb.get(pid)!));
  return [...first[0].mb.keys()]
    .filter(present)
    .map((pid) => ({ pid, firstMb: medianOf(first, pid), lastMb: medianOf(last, pid) }));
}

function described(sample: ResidentSample | undefined): string {
  const sizes = [...(sample?.mb.values() ?? [])].map((mb) => Math.round(mb));
  return `${sizes.join(' + ')} MB`;
}
