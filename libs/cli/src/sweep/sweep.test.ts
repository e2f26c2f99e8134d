import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeScorerResponse,
  Engine,
  parseDataset,
  Score,
  ScoreSettings,
  SearchSpace,
  type ScoreArchitecturesRequest,
  type ScorerApi,
} from '@gradsign/contracts';
import { readScoreTable } from '@gradsign/score-tables';
import { sweep } from './sweep';

const folder = mkdtempSync(join(tmpdir(), 'sweep-'));
afterAll(() => rmSync(folder, { recursive: true }));

const dataset = parseDataset('folder:mine', 'dataset');
const request: ScoreArchitecturesRequest = {
  space: SearchSpace.SEARCH_SPACE_NAS_BENCH_201,
  architectures: ['a', 'b', 'c'],
  settings: ScoreSettings.fromPartial({ data: { source: { $case: 'dataset', value: dataset } } }),
};

/** A scorer whose images have a digest, and whose scores are `value`; it breaks off before the architecture `until`. */
function scorer(digest: string, value: number, until?: string): { api: ScorerApi; asked: string[] } {
  const asked: string[] = [];
  const api = {
    async describeScorer() {
      const registered = { dataset, channels: 3, height: 20, width: 24, classes: 5, digest };
      return DescribeScorerResponse.fromPartial({ datasets: [registered] });
    },
    async *scoreArchitectures({ architectures }: ScoreArchitecturesRequest) {
      for (const [index, architecture] of architectures.entries()) {
        if (architecture === until) throw new Error('broken off');
        asked.push(architecture);
        const score = Score.fromPartial({
          architecture,
          proxy: 'params',
          dataset,
          value,
          engine: Engine.ENGINE_ONNXRUNTIME,
        });
        yield { index, scores: [score], error: undefined };
      }
    },
  };
  return { api: api as unknown as ScorerApi, asked };
}

test('a sweep goes on where it was broken off, but not with other images of the same name', async () => {
  const path = join(folder, 'table.arrow');
  const run = ({ api }: ReturnType<typeof scorer>) =>
    sweep({ scorer: api, request, spaceName: 'nas-bench-201', path, onProgress: () => {} });
  await expect(run(scorer('one', 1, 'c'))).rejects.toThrow('broken off');
  const same = scorer('one', 1, 'c');
  await expect(run(same)).rejects.toThrow('broken off');
  expect(same.asked).toEqual([]);

  await expect(run(scorer('two', 2))).rejects.toThrow('belongs to a sweep with other settings');
  const rest = scorer('one', 1);
  await run(rest);
  expect(rest.asked).toEqual(['c']);
  const [{ info, values }] = readScoreTable(path).columns;
  expect([...values]).toEqual([1, 1, 1]);
  expect(info).toMatchObject({ dataset: 'folder:mine', imageShape: [3, 20, 24], classes: 5 });
});
