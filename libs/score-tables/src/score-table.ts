import { columnKey, type ColumnInfo } from './column-info';

/** The scores of one proxy with one choice of settings, by the table's order of architectures. */
export interface ScoreColumn {
  readonly info: ColumnInfo;
  /** May be infinities or NaN. */
  readonly values: Float64Array;
  /** Weights that were looked at. */
  readonly weights: Int32Array;
  /** Weights left out because their gradient was not a number. */
  readonly nanCounts: Int32Array;
  /** Time that each score took where it was computed. */
  readonly seconds: Float32Array;
}

/** Scores of many architectures of one search space. */
export class ScoreTable {
  private readonly rows: ReadonlyMap<string, number>;
  private readonly byKey: ReadonlyMap<string, ScoreColumn>;

  /** @throws RangeError when a column's length is not the number of architectures, or two columns have one key. */
  constructor(
    readonly architectures: readonly string[],
    readonly columns: readonly ScoreColumn[],
  ) {
    for (const { info, values, weights, nanCounts, seconds } of columns) {
      for (const { length } of [values, weights, nanCounts, seconds]) {
        if (length === architectures.length) continue;
        throw new RangeError(`${info.proxy} has ${length} entries for ${architectures.length} architectures`);
      }
    }
    this.rows = new Map(architectures.map((architecture, row) => [architecture, row]));
    this.byKey = new Map(columns.map((column) => [columnKey(column.info), column]));
    if (this.byKey.size !== columns.length) throw new RangeError('two columns have the same settings');
  }

  /** The row of an architecture in its space's notation. */
  row(architecture: string): number | undefined {
    return this.rows.get(architecture);
  }

  /** The column with exactly these settings; see `columnKey`. */
  column(key: string): ScoreColumn | undefined {
    return this.byKey.get(key);
  }
}

/** A readable and unique name for each column: the proxy, with its data set where images were used. */
export function columnLabels(infos: readonly ColumnInfo[]): string[] {
  const taken = new Set<string>();
  return infos.map(({ proxy, dataset, batchDigest, seed }) => {
    const plain = batchDigest === '' ? proxy : `${proxy}@${dataset}`;
    const candidates = [plain, `${plain}#seed=${seed}`, ...infos.map((_, i) => `${plain}#seed=${seed}#${i + 2}`)];
    const label = candidates.find((candidate) => !taken.has(candidate))!;
    taken.add(label);
    return label;
  });
}
