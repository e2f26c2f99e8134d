import { join } from 'node:path';
import { atLeast, type Bar } from '../bar';
import type { Row } from '../command';
import { importNb201, NB201 } from '../nb201-table';
import { cifar10Folder } from '../cifar10';
import { gradsign } from '../product';
import { mean, scaled } from '../statistics';

const SEEDS = [42, 43, 44, 45, 46];
const SAMPLE = 300;
const PROXIES = ['gradsign', 'params', 'live_weights'];

/** Least correlation at the first seed. A tenth of the sample has a sampling error of about 0.08 instead of 0.022. */
const LEAST = { real: 0.72, noise: 0.74 };
const LEAST_OF_A_TENTH = { real: 0.5, noise: 0.5 };

export const correlateNb201: Bar = {
  name: 'correlate-nb201',
  description:
    'Spearman correlation of GradSign with CIFAR-10 accuracy on 300 NAS-Bench-201 networks, ' +
    '≥ 0.72 on real images and ≥ 0.74 on noise at seed 42',
  async run({ scale, folder, log }) {
    const home = join(folder, 'home');
    await importNb201(home);
    const images = cifar10Folder(folder);

    const sample = scaled(SAMPLE, scale, 30);
    const table = ['--benchmark', NB201, '--dataset', 'cifar10', '--training-set', 'full', '--split', 'test'];
    const request = [...table, '--epochs', 'final', '--proxies', PROXIES.join(), '--sample', sample];
    const settings = ['--batch-size', 64, '--recompute', '--local', '--format', 'json'];
    const data = { real: ['--data-dir', images], noise: ['--score-dataset', 'noise:cifar10'] };

    const rows: (Row & { data: keyof typeof data })[] = [];
    for (const seed of SEEDS.slice(0, scaled(SEEDS.length, scale))) {
      for (const kind of ['real', 'noise'] as const) {
        const found = await gradsign(home, ['correlate', ...request, ...settings, ...data[kind], '--seed', seed]);
        rows.push(...found.map((row) => ({ ...row, data: kind, seed })));
        log(
          `seed ${seed}, ${kind}: ${found.map(({ proxy, spearman }) => `${proxy} ${spearman.toFixed(3)}`).join(', ')}`,
        );
      }
    }
    const of = (kind: keyof typeof data, proxy: string) =>
      rows.filter((row) => row.data === kind && row.proxy === proxy).map(({ spearman }) => spearman as number);
    const least = scale === 1 ? LEAST : LEAST_OF_A_TENTH;
    return {
      checks: (['real', 'noise'] as const).map((kind) =>
        atLeast(
          `Spearman of gradsign, ${kind} images, seed ${SEEDS[0]}, n = ${sample}`,
          of(kind, 'gradsign')[0],
          least[kind],
        ),
      ),
      figures: {
        rows,
        meanSpearmanOverSeeds: Object.fromEntries(
          Object.keys(data).map((kind) => [
            kind,
            Object.fromEntries(PROXIES.map((proxy) => [proxy, mean(of(kind as keyof typeof data, proxy))])),
          ]),
        ),
      },
    };
  },
};
