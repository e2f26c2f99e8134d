import { Augmentation, Engine, parseDataset, SearchSpace, type ScoreSettings } from '@gradsign/contracts';
import { DataSources } from '@gradsign/requests';
import { createScorerPool, ScoringService } from '.';

// The pool's processes run the build: build first (`npm test` does).
const pool = createScorerPool({ size: 2, queueLimit: 64, environment: { PATH: process.env.PATH ?? '' } });
const service = new ScoringService({ pool, sources: new DataSources(), version: 'test' });
afterAll(() => pool.close());

const space = SearchSpace.SEARCH_SPACE_NAS_BENCH_201;
const NONE = '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|';
const SKIP = '|skip_connect~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|';
const CONVOLUTION = '|nor_conv_3x3~0|+|none~0|nor_conv_3x3~1|+|none~0|none~1|nor_conv_3x3~2|';
const MIXED = '|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|none~0|nor_conv_3x3~1|nor_conv_1x1~2|';

function settingsOf(ids: readonly string[], fields: Partial<ScoreSettings> = {}): ScoreSettings {
  const images = ['te_nas', 'gradsign'];
  return {
    proxies: ids.map((id) => ({ id, batchSize: images.includes(id) ? 4 : undefined, initializations: undefined })),
    data: {
      source: { $case: 'dataset', value: parseDataset('noise:mnist', 'dataset') },
      augmentation: Augmentation.AUGMENTATION_NONE,
    },
    network: { variant: 0, channels: 2, cellsPerStage: 1 },
    seed: 1n,
    engine: Engine.ENGINE_ONNXRUNTIME,
    device: 'cpu',
    recompute: false,
    ...fields,
  };
}

async function populationScores(architectures: string[], ids: readonly string[], fields?: Partial<ScoreSettings>) {
  const { scores } = await service.scorePopulation({ space, architectures, settings: settingsOf(ids, fields) });
  return scores;
}

const values = async (architectures: string[], id: string) =>
  (await populationScores(architectures, [id])).map(({ value }) => value);

test('a population proxy is told of as one', async () => {
  const { proxies } = await service.listProxies();
  expect(proxies.filter(({ population }) => population).map(({ id }) => id)).toEqual(['te_nas', 'az_nas']);
});

test('members are ranked against each other, with other proxies beside', async () => {
  const ids = ['te_nas', 'params', 'az_nas', 'gradsign'];
  const architectures = [NONE, MIXED, CONVOLUTION];
  const scores = await populationScores(architectures, ids);
  expect(scores.map(({ architecture, proxy }) => [architecture, proxy])).toEqual(
    architectures.flatMap((architecture) => ids.map((id) => [architecture, id])),
  );
  const of = (id: string) => scores.filter(({ proxy }) => proxy === id).map(({ value }) => value);
  // Nothing but none: the worst condition and the fewest regions.
  expect(of('te_nas')[0]).toBe(2);
  expect(of('te_nas').reduce((a, b) => a + b)).toBe(2 * (1 + 2 + 3));
  expect(of('az_nas')[0]).toBeCloseTo(4 * Math.log(1 / 3), 12);
  expect(of('gradsign')[0]).toBe(0);
  expect(of('params')[0]).toBeGreaterThan(0);
  expect(scores.map(({ normalization, batchSize }) => [normalization, batchSize]).slice(0, 4)).toEqual([
    ['batch', 4],
    ['none', 0],
    ['batch', 0],
    ['sample', 4],
  ]);
});

test('what members are ranked by is cached; the ranks follow from the others', async () => {
  const settings = { seed: 7n };
  const first = await populationScores([NONE, MIXED], ['az_nas'], settings);
  expect(first.map(({ source }) => source)).toEqual([1, 1]);
  const second = await populationScores([MIXED, SKIP, NONE, MIXED], ['az_nas'], settings);
  expect(second.map(({ source }) => source)).toEqual([2, 1, 2, 2]);
  expect(second[0].value).toBe(second[3].value);
  expect(second[0].value).not.toBe(first[1].value);
  const again = await populationScores([NONE, MIXED], ['az_nas'], { ...settings, recompute: true });
  expect(again.map(({ source, value }) => [source, value])).toEqual(first.map(({ value }) => [1, value]));
});

test('members that are alone or equal share ranks', async () => {
  expect(await values([MIXED], 'az_nas')).toEqual([0]);
  expect(await values([MIXED, MIXED], 'te_nas')).toEqual([3, 3]);
});

const field = 'settings.proxies[1].id';
const description = '"az_nas" ranks the members of a population: use ScorePopulation';

test('a single architecture has no rank', async () => {
  const settings = settingsOf(['params', 'az_nas']);
  const subject = { $case: 'architecture', value: { space, architecture: MIXED } } as const;
  const refused = { code: 'INVALID_ARGUMENT', violations: [{ field, description }] };
  await expect(service.scoreArchitecture({ subject, settings })).rejects.toMatchObject(refused);
  const model = { $case: 'model', value: { digest: 'a'.repeat(64), reinitialize: false } } as const;
  const stated = settingsOf(['params', 'az_nas'], { network: undefined });
  await expect(service.scoreArchitecture({ subject: model, settings: stated })).rejects.toMatchObject(refused);
  const stream = service.scoreArchitectures({ space, architectures: [MIXED], settings });
  await expect(stream.next()).rejects.toMatchObject(refused);
});

test('a member that cannot be scored fails the call, which says which', async () => {
  await expect(populationScores([MIXED, '|none~0|+|con'], ['az_nas'])).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    violations: [{ field: 'architectures[1]' }],
  });
  const sizes = SearchSpace.SEARCH_SPACE_NATS_BENCH_SSS;
  const settings = settingsOf(['te_nas'], { network: undefined });
  await expect(service.scorePopulation({ space: sizes, architectures: ['8:8:8:8:8'], settings })).rejects.toMatchObject(
    {
      code: 'FAILED_PRECONDITION',
      message: expect.stringMatching(/^architectures\[0\]: "te_nas" counts linear regions in a network of one channel/),
    },
  );
  await expect(
    service.scorePopulation({
      space: sizes,
      architectures: ['8:8:8:8:8', '8:8:8:8:8'],
      settings: settingsOf(['az_nas']),
    }),
  ).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    violations: [{ field: 'architectures[0]', description: expect.stringContaining('channels') }],
  });
  await expect(populationScores([], ['az_nas'])).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    violations: [{ field: 'architectures' }],
  });
});
