import { atMost, type Bar } from '../bar';
import { DirectWorkers } from '../direct-workers';
import { sampleArchitectures } from '../sample';
import { BATCH_SIZE } from '../score-request';
import { median, scaled } from '../statistics';

const ALONE = ['grad_norm'];
const TOGETHER = ['grad_norm', 'snip', 'fisher', 'plain', 'l2_norm'];
const WARM_UP = 2;

export const sharedBackward: Bar = {
  name: 'shared-backward',
  description:
    'grad_norm, snip, fisher, plain and l2_norm of NAS-Bench-201 networks in one request take at most 1.3 times ' +
    'the processor time of grad_norm alone (batch 64, median of pairs)',
  async run({ scale, log }) {
    const size = scaled(20, scale, 5);
    const all = sampleArchitectures(size + WARM_UP);
    const [measured, warmUp] = [all.slice(0, size), all.slice(size)];
    const worker = new DirectWorkers(1);
    const cpuSeconds = async (architecture: string, proxies: readonly string[]) =>
      (await worker.score([{ architecture, proxies }]))[0].cpuSeconds;
    const pairs: { architecture: string; alone: number; together: number }[] = [];
    try {
      for (const architecture of warmUp) await cpuSeconds(architecture, TOGETHER);
      for (const [i, architecture] of measured.entries()) {
        // Which one comes first alternates, so that what the other leaves behind favours neither.
        const order = i % 2 === 0 ? [ALONE, TOGETHER] : [TOGETHER, ALONE];
        const times = new Map<readonly string[], number>();
        for (const proxies of order) times.set(proxies, await cpuSeconds(architecture, proxies));
        pairs.push({ architecture, alone: times.get(ALONE)!, together: times.get(TOGETHER)! });
        const { alone, together } = pairs.at(-1)!;
        log(`${alone.toFixed(2)} CPU s alone, ${together.toFixed(2)} together: ${(together / alone).toFixed(3)}`);
      }
    } finally {
      worker.stop();
    }
    // A network without a path from input to output takes no time at all.
    const ratios = pairs.filter(({ alone }) => alone > 0.02).map(({ alone, together }) => together / alone);
    return {
      checks: [atMost(`processor time over that of grad_norm alone (median of ${ratios.length})`, median(ratios), 1.3)],
      figures: { batchSize: BATCH_SIZE, proxies: TOGETHER, pairs },
    };
  },
};
