import { totalmem } from 'node:os';
import { NetworkVariant, parseDataset, SearchSpace, type ScoreSettings } from '@gradsign/contracts';
import { DataSources } from '@gradsign/requests';
import { createScorerPool, ScoringService } from '.';
import { defaultMemoryLimit } from './memory-limit';

// The pool's processes run the build: build first (`npm test` does).
const pool = createScorerPool({ size: 1, queueLimit: 8, environment: {} });
const MIB = 1024 * 1024;
const service = new ScoringService({ pool, sources: new DataSources(), version: 'test', memoryLimit: 32 * MIB });
afterAll(() => pool.close());

const NOTHING = '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|';
const CONVOLUTIONS = NOTHING.replaceAll('none', 'nor_conv_3x3');

const settings = (id: string, batchSize: number | undefined): ScoreSettings => ({
  proxies: [{ id, batchSize, initializations: undefined }],
  data: { source: { $case: 'dataset', value: parseDataset('mnist', 'dataset') }, augmentation: 0 },
  network: { variant: NetworkVariant.NETWORK_VARIANT_STANDARD, channels: 4, cellsPerStage: 1 },
  seed: undefined,
  engine: 0,
  device: '',
  recompute: true,
});

const score = async (id: string, batchSize?: number) => {
  const space = SearchSpace.SEARCH_SPACE_NAS_BENCH_201;
  const request = { space, architectures: [CONVOLUTIONS, NOTHING], settings: settings(id, batchSize) };
  const answers = [];
  for await (const answer of service.scoreArchitectures(request)) answers.push(answer);
  return answers;
};

test.each([
  ['grad_norm', 256, /^grad_norm on 256 images at once would take about \d+ MiB, must take at most 32 MiB$/],
  ['naswot', 256, /^naswot would take about \d+ MiB, must take at most 32 MiB$/],
])('%s on too large a batch is refused; the others of the call are scored', async (id, batchSize, sentence) => {
  const [heavy, light] = await score(id, batchSize);
  expect(heavy.scores).toEqual([]);
  expect(heavy.error).toMatchObject({ code: 8, message: expect.stringMatching(sentence) });
  expect(JSON.stringify(heavy.error!.details.map(({ value }) => Buffer.from(value).toString()))).toContain(
    'MEMORY_LIMIT',
  );
  expect(light).toMatchObject({ index: 1, scores: [{ proxy: id }] });
});

test('what is cut into chunks fits where the whole batch would not', async () => {
  const [heavy] = await score('gradsign', 256);
  expect(heavy).toMatchObject({ scores: [{ proxy: 'gradsign', batchSize: 256 }], error: undefined });
});

test('workers share three quarters of the memory', () => {
  expect(defaultMemoryLimit(1)).toBeLessThanOrEqual(0.75 * totalmem());
  expect(defaultMemoryLimit(4)).toBeCloseTo(defaultMemoryLimit(1) / 4, -1);
});
