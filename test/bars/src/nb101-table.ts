import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { nasBench101 } from '@gradsign/search-spaces';
import { sharedData } from './paths';
import { firstByHash } from './sample';

/** A NAS-Bench-101 cell and its CIFAR-10 validation accuracy after 108 epochs, from 0 to 1. */
export interface TrainedCell {
  readonly architecture: string;
  readonly accuracy: number;
}

/** The first cells of the sample that is kept, by SHA-256 of the module hash. @throws Skipped where it is absent. */
export function sampleNb101(size: number): TrainedCell[] {
  const file = sharedData('nas-bench-101', 'nb101_30001.csv.gz');
  const [head, ...lines] = gunzipSync(readFileSync(file)).toString().trim().split('\n');
  const columns = head.split(',');
  const rows = lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(columns.map((column, i) => [column, cells[i]]));
  });
  return firstByHash(rows, size, (row) => row.module_hash).map((row) => {
    const vertices = Number(row.n_vertices);
    const matrix = Array.from({ length: vertices }, (_, from) =>
      Array.from({ length: vertices }, (_, to) => Number(row.adjacency_rowmajor[from * vertices + to])),
    );
    const architecture = nasBench101.format({ matrix, ops: row.ops.split('|') });
    return { architecture, accuracy: Number(row.val_acc_108ep) };
  });
}
