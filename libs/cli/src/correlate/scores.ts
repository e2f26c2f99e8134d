import { fromStatus, type Score, type SearchSpace } from '@gradsign/contracts';
import { columnLabels, readScoreTable, type ScoreColumn } from '@gradsign/score-tables';
import { architectureScores } from '../architecture-scores';
import type { Backend } from '../backend';
import { UsageError } from '../errors';
import type { DataOptions } from '../local-data';
import type { ScoreDataOptions } from '../options';
import { createProgress } from '../progress';
import { scoreSettings } from '../score-settings';

/** The scores of one proxy, by the order of the architectures. */
export interface ProxyScores {
  readonly label: string;
  readonly higherIsBetter: boolean;
  readonly values: readonly number[];
  readonly seconds: readonly number[];
  /** Of weights and mini-batch. */
  readonly seed: string;
  readonly dataset: string;
}

/** Scores computed now, or taken from where the scorer has them. */
export async function computeScores(
  { scorer }: Backend,
  space: SearchSpace,
  architectures: readonly string[],
  proxies: readonly string[],
  options: ScoreDataOptions & DataOptions,
): Promise<ProxyScores[]> {
  const settings = await scoreSettings(scorer, proxies, options);
  const progress = createProgress('scoring', architectures.length);
  const rows: (readonly Score[])[] = [];
  try {
    const request = { space, architectures: [...architectures], settings };
    for await (const { scores, error } of architectureScores(scorer, request)) {
      if (error) throw fromStatus(error);
      rows.push(scores);
      progress.update(rows.length);
    }
  } finally {
    progress.stop();
  }
  return proxies.map((label, i) => ({
    label,
    higherIsBetter: rows[0][i].higherIsBetter,
    values: rows.map((scores) => scores[i].value),
    seconds: rows.map((scores) => scores[i].seconds),
    seed: String(rows[0][i].seed),
    dataset: options.dataset!,
  }));
}

/** Names of the columns of a table. */
export function tableColumns(path: string): string[] {
  return columnLabels(readScoreTable(path).columns.map(({ info }) => info));
}

/** Scores from a table of `gradsign sweep`. A column goes by its name, or by its proxy's where that is one only. */
export function tableScores(path: string, architectures: readonly string[], names: readonly string[]): ProxyScores[] {
  const table = readScoreTable(path);
  const labels = columnLabels(table.columns.map(({ info }) => info));
  const rows = architectures.map((architecture) => {
    const row = table.row(architecture);
    if (row === undefined) throw new UsageError(`--scores: ${path} has no ${architecture}`);
    return row;
  });
  return names.map((name) => {
    const { info, values, seconds } = pickColumn(path, name, labels, table.columns);
    return {
      label: name,
      higherIsBetter: info.higherIsBetter,
      values: rows.map((row) => values[row]),
      seconds: rows.map((row) => seconds[row]),
      seed: info.seed,
      dataset: info.dataset,
    };
  });
}

function pickColumn(
  path: string,
  name: string,
  labels: readonly string[],
  columns: readonly ScoreColumn[],
): ScoreColumn {
  const exact = columns[labels.indexOf(name)];
  const ofProxy = columns.filter(({ info }) => info.proxy === name);
  if (exact) return exact;
  if (ofProxy.length === 1) return ofProxy[0];
  const many = ofProxy.length > 1 ? 'more than one column' : 'no column';
  throw new UsageError(`--scores: ${path} has ${many} "${name}"; it has: ${labels.join(', ')}`);
}
