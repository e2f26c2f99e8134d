import { join } from 'node:path';
import { columnLabels, readScoreTable, SHIPPED_SCORES } from '@gradsign/score-tables';
import { atLeast, atMost, type Bar } from '../bar';
import { cifar10Folder } from '../cifar10';
import { importNb201 } from '../nb201-table';
import { gradsign } from '../product';
import { sampleArchitectures } from '../sample';
import { scaled } from '../statistics';

const TABLE = join(SHIPPED_SCORES, 'nas-bench-201.arrow');
/** Structural columns are counted exactly, and need no second look. */
const STRUCTURAL = ['params', 'flops', 'live_weights'];
const RECOMPUTED = 10;

/** What the paper's Table 3 and its neighbours correlate with: benchmark, data set, training set. */
const ACCURACIES = [
  ['nas-bench-201-v1.0', 'cifar10', 'full'],
  ['nas-bench-201-v1.1', 'cifar10', 'half'],
  ['nas-bench-201-v1.0', 'cifar100', 'full'],
  ['nas-bench-201-v1.0', 'imagenet16-120', 'full'],
] as const;

export const scoreTable: Bar = {
  name: 'score-table',
  description:
    'correlations of the shipped NAS-Bench-201 score table, all 15,625 architectures, with test accuracies ' +
    '(gradsign ≥ 0.76), and scores of 10 architectures computed again (≤ 1e-3 apart)',
  async run({ scale, folder, log }) {
    const home = join(folder, 'home');
    await importNb201(home);
    const table = readScoreTable(TABLE);
    const labels = columnLabels(table.columns.map(({ info }) => info));
    const rows = [];
    for (const [benchmark, dataset, trainingSet] of ACCURACIES) {
      const accuracies = ['--benchmark', benchmark, '--dataset', dataset, '--training-set', trainingSet];
      const scores = ['--scores', TABLE, '--proxies', labels.join()];
      const options = ['--split', 'test', '--epochs', 'final', '--local', '--format', 'json'];
      rows.push(...(await gradsign(home, ['correlate', ...accuracies, ...scores, ...options])));
      log(`${dataset}, ${trainingSet} training set`);
    }

    const images = cifar10Folder(folder);
    let farthest = 0;
    const architectures = sampleArchitectures(scaled(RECOMPUTED, scale, 3));
    for (const { info, values } of table.columns) {
      if (STRUCTURAL.includes(info.proxy)) continue;
      const subject = ['--space', 'nas-bench-201', ...architectures.flatMap((text) => ['--arch', text])];
      const batch = info.batchSize > 0 ? ['--batch-size', info.batchSize] : [];
      const settings = ['--proxies', info.proxy, '--dataset', info.dataset, '--seed', info.seed, ...batch];
      const data = info.dataset.startsWith('noise:') ? [] : ['--data-dir', images];
      const options = [...data, '--recompute', '--local', '--format', 'json'];
      const again = await gradsign(home, ['score', ...subject, ...settings, ...options]);
      again.forEach(({ value }, i) => {
        const known = values[table.row(architectures[i])!];
        const scored = Number(value);
        const distance = known === scored ? 0 : Math.abs(scored - known) / Math.max(Math.abs(known), 1e-6);
        farthest = Math.max(farthest, distance);
      });
      log(`${info.proxy} of ${info.dataset} again: so far at most ${farthest.toExponential(1)} apart`);
    }
    const gradsignRow = rows.find(({ proxy, trainingSet }) => proxy === 'gradsign@cifar10' && trainingSet === 'full')!;
    return {
      checks: [
        atLeast('Spearman of gradsign with CIFAR-10 test accuracy', gradsignRow.spearman as number, 0.76),
        atMost('relative distance of scores that are computed again', farthest, 1e-3),
      ],
      figures: { rows },
    };
  },
};
