import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { proxies as registry } from '@gradsign/proxies';
import { spearman } from '@gradsign/statistics';
import { atLeast, type Bar } from '../bar';
import { gradsign } from '../product';
import { sampleArchitectures } from '../sample';
import { DATASET, SEED } from '../score-request';
import { scaled } from '../statistics';

const PROXIES = ['jacob_cov', 'epe_nas', 'swap', 'zico', 'nngp', 'te_nas', 'meco', 'az_nas'];
/** What the reference engine can do in seconds a network. */
const SMALL = { batchSize: 16, channels: 4, cellsPerStage: 1 };
const LEAST = 0.99;

export const float32Rank: Bar = {
  name: 'float32-rank',
  description:
    'proxies that are sensitive to rounding rank 50 scaled-down NAS-Bench-201 networks in float32 as in float64: ' +
    'Spearman ≥ 0.99',
  async run({ scale, folder, log }) {
    const architectures = sampleArchitectures(scaled(50, scale));
    const listing = join(folder, 'architectures.txt');
    writeFileSync(listing, architectures.join('\n'));
    const ids = PROXIES.filter((id) => registry.has(id));
    const score = async (engine: string) => {
      const network = ['--channels', SMALL.channels, '--cells-per-stage', SMALL.cellsPerStage];
      const data = ['--dataset', DATASET, '--batch-size', SMALL.batchSize, '--seed', String(SEED)];
      const how = ['--engine', engine, '--local', '--recompute', '--format', 'json'];
      const subjects = ['--space', 'nas-bench-201', '--arch-file', listing];
      const rows = await gradsign(folder, ['score', ...subjects, ...network, '--proxies', ids.join(), ...data, ...how]);
      log(`${engine}: ${rows.length} scores`);
      return new Map(rows.map(({ architecture, proxy, value }) => [`${proxy} ${architecture}`, Number(value)]));
    };
    const [float32, float64] = [await score('onnxruntime'), await score('reference')];
    const pairs = ids.map((proxy) => {
      const values = (of: ReadonlyMap<string, number>) => architectures.map((text) => of.get(`${proxy} ${text}`)!);
      return { proxy, float32: values(float32), float64: values(float64) };
    });
    return {
      checks: pairs.map(({ proxy, float32, float64 }) =>
        atLeast(`Spearman of ${proxy}, float32 with float64`, spearman(ranked(float32), ranked(float64)), LEAST),
      ),
      figures: { size: SMALL, architectures, scores: pairs.map(asTexts) },
    };
  },
};

/** NaN ranks last. */
function ranked(values: readonly number[]): number[] {
  return values.map((value) => (Number.isNaN(value) ? -Infinity : value));
}

/** JSON knows no infinities. */
function asTexts({ proxy, float32, float64 }: { proxy: string; float32: number[]; float64: number[] }) {
  return { proxy, float32: float32.map(String), float64: float64.map(String) };
}
