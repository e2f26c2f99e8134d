import { SearchSpace } from '@gradsign/contracts';
import { atMost, type Bar } from '../bar';
import { scoreRequest } from '../score-request';
import { workerPeakMb } from '../worker-peak';

/** All edges 3×3 convolutions: the NAS-Bench-201 network with the most weights and activations. */
const HEAVIEST_OF_201 =
  '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2|';
/** 49,979,274 parameters, the most that a NAS-Bench-101 network has: a chain of five 3×3 convolutions with projections. */
const LARGEST_OF_101 = JSON.stringify({
  matrix: [
    [0, 1, 1, 1, 1, 0, 0],
    [0, 0, 1, 0, 0, 0, 0],
    [0, 0, 0, 1, 0, 0, 0],
    [0, 0, 0, 0, 1, 0, 0],
    [0, 0, 0, 0, 0, 1, 0],
    [0, 0, 0, 0, 0, 0, 1],
    [0, 0, 0, 0, 0, 0, 0],
  ],
  ops: ['input', ...new Array<string>(5).fill('conv3x3-bn-relu'), 'output'],
});

/** Megabytes. The peak is the model's encoding, and differs by an eighth from run to run: a tenth leaves room for that. */
const MOST_OF_101 = 3000;
const MOST_OF_101_OF_A_TENTH = 3500;

const WHOLE_BATCH = ['grad_norm', 'snip', 'fisher', 'grasp', 'jacob_cov', 'naswot', 'synflow', 'zen'];

export const memory: Bar = {
  name: 'memory',
  description:
    'a worker takes at most 700 MB for GradSign of the heaviest NAS-Bench-201 network (batch 128), at most 3 GB for ' +
    'the largest NAS-Bench-101 network (batch 64); and what the whole-batch proxies take',
  async run({ scale, folder, log }) {
    const peak = async (what: string, ...request: Parameters<typeof scoreRequest>) => {
      const mb = await workerPeakMb(folder, scoreRequest(...request));
      log(`${what}: ${Math.round(mb)} MB`);
      return mb;
    };
    const of201 = await peak('gradsign, NAS-Bench-201, batch 128', [HEAVIEST_OF_201], ['gradsign'], { batchSize: 128 });
    const of101 = await peak('gradsign, NAS-Bench-101, batch 64', [LARGEST_OF_101], ['gradsign'], {
      space: SearchSpace.SEARCH_SPACE_NAS_BENCH_101,
      batchSize: 64,
    });
    const wholeBatch: { proxy: string; batchSize: number; peakMb: number }[] = [];
    for (const proxy of scale === 1 ? WHOLE_BATCH : ['grad_norm']) {
      for (const batchSize of [64, 128]) {
        const peakMb = await peak(`${proxy}, NAS-Bench-201, batch ${batchSize}`, [HEAVIEST_OF_201], [proxy], {
          batchSize,
        });
        wholeBatch.push({ proxy, batchSize, peakMb });
      }
    }
    return {
      checks: [
        atMost('peak MB of a worker, gradsign, heaviest of NAS-Bench-201, batch 128', of201, 700),
        atMost(
          'peak MB of a worker, gradsign, largest of NAS-Bench-101, batch 64',
          of101,
          scale === 1 ? MOST_OF_101 : MOST_OF_101_OF_A_TENTH,
        ),
      ],
      figures: { heaviestOf201: HEAVIEST_OF_201, largestOf101: LARGEST_OF_101, of201, of101, wholeBatch },
    };
  },
};
