import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  engineNames,
  formatDataset,
  fromStatus,
  networkVariantNames,
  NetworkVariant,
  ServiceError,
  type Score,
  type ScoreArchitecturesRequest,
  type ScorerApi,
} from '@gradsign/contracts';
import {
  columnKey,
  columnLabels,
  readScoreTable,
  ScoreTable,
  writeScoreTable,
  type ColumnInfo,
  type ScoreColumn,
} from '@gradsign/score-tables';
import { datasetFacts, type DatasetFacts } from '../dataset-facts';
import { SweepJournal, type JournalScores } from './journal';

export interface SweepOptions {
  readonly scorer: ScorerApi;
  readonly request: ScoreArchitecturesRequest;
  readonly spaceName: string;
  /** The table; the journal is beside it. */
  readonly path: string;
  readonly onProgress: (done: number) => void;
}

/** One column that a sweep has added. */
export interface SweptColumn {
  readonly column: string;
  readonly architectures: number;
  /** Sum of the scores' times. */
  readonly computeSeconds: number;
}

/**
 * Scores every architecture of the request and adds the scores to a table. Done work is kept in a journal beside the
 * table, so that a sweep that was broken off goes on; the table changes when all is done.
 * @throws ServiceError.
 */
export async function sweep({ scorer, request, spaceName, path, onProgress }: SweepOptions): Promise<SweptColumn[]> {
  const { architectures } = request;
  const kept = existingTable(path, architectures);
  const facts = await datasetFacts(scorer, datasetOf(request));
  const journal = await SweepJournal.open(`${path}.journal`, describe(request, facts));
  const scores: (JournalScores | undefined)[] = architectures.map((_, i) => journal.done.get(i));
  const infos: ColumnInfo[] = [];
  try {
    const left = architectures.flatMap((_, i) => (scores[i] ? [] : [i]));
    // One that is done already is scored again where no other tells the columns' settings.
    const indices = left.length > 0 ? left : [0];
    let done = architectures.length - left.length;
    onProgress(done);
    const asked = { ...request, architectures: indices.map((i) => architectures[i]) };
    for await (const { index, scores: got, error } of scorer.scoreArchitectures(asked)) {
      if (error) throw fromStatus(error);
      if (infos.length === 0) infos.push(...got.map((score) => columnInfo(score, spaceName, request, facts)));
      const entry: JournalScores = got.map((s) => [encode(s.value), Number(s.weights), Number(s.nanCount), s.seconds]);
      if (!scores[indices[index]]) journal.add(indices[index], entry);
      scores[indices[index]] = entry;
      onProgress(Math.min(++done, architectures.length));
    }
  } finally {
    journal.close();
  }
  const added = infos.map((info, proxy) => toColumn(info, scores as JournalScores[], proxy));
  const keys = new Set(added.map(({ info }) => columnKey(info)));
  const columns = [...kept.filter(({ info }) => !keys.has(columnKey(info))), ...added];
  await writeScoreTable(path, new ScoreTable(architectures, columns));
  journal.remove();
  const labels = columnLabels(columns.map(({ info }) => info)).slice(-added.length);
  return added.map(({ seconds }, i) => ({
    column: labels[i],
    architectures: architectures.length,
    computeSeconds: seconds.reduce((sum, s) => sum + s, 0),
  }));
}

function existingTable(path: string, architectures: readonly string[]): readonly ScoreColumn[] {
  if (!existsSync(path)) return [];
  const table = readScoreTable(path);
  if (JSON.stringify(table.architectures) !== JSON.stringify(architectures)) {
    const sentence = `${path} has other architectures than those of this sweep; a table has one list of them`;
    throw new ServiceError('FAILED_PRECONDITION', sentence, { reason: 'OTHER_ARCHITECTURES' });
  }
  return table.columns;
}

/** What a journal must have in common with a sweep to go on with it. */
function describe({ space, architectures, settings }: ScoreArchitecturesRequest, { digest }: DatasetFacts): string {
  const list = createHash('sha256').update(architectures.join('\n')).digest('hex');
  const plain = JSON.stringify({ space, list, settings, digest }, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  return JSON.stringify(JSON.parse(plain));
}

/** The data set whose images, or whose image shape and classes, a request's scores are of. */
function datasetOf({ settings }: ScoreArchitecturesRequest): string {
  const source = settings!.data!.source!;
  return formatDataset(source.$case === 'dataset' ? source.value : source.value.dataset, 'dataset');
}

function columnInfo(
  score: Score,
  space: string,
  { settings }: ScoreArchitecturesRequest,
  { imageShape, classes }: DatasetFacts,
): ColumnInfo {
  const { variant = 0, channels = 0, cellsPerStage = 0 } = settings?.network ?? {};
  return {
    proxy: score.proxy,
    higherIsBetter: score.higherIsBetter,
    space,
    dataset: formatDataset(score.dataset, 'dataset'),
    imageShape: [...imageShape],
    classes,
    network: {
      variant: networkVariantNames.format(variant || NetworkVariant.NETWORK_VARIANT_STANDARD, 'network.variant'),
      channels,
      cellsPerStage,
    },
    seed: String(score.seed),
    initializations: score.initializations,
    batchSize: score.batchSize,
    batchDigest: score.batchDigest,
    normalization: score.normalization,
    engine: engineNames.format(score.engine, 'engine'),
    device: score.device,
    scoreDefinitionVersion: score.scoreDefinitionVersion,
  };
}

function toColumn(info: ColumnInfo, scores: readonly JournalScores[], proxy: number): ScoreColumn {
  const part = (i: number) => scores.map((of) => Number(of[proxy][i]));
  return {
    info,
    values: Float64Array.from(part(0)),
    weights: Int32Array.from(part(1)),
    nanCounts: Int32Array.from(part(2)),
    seconds: Float32Array.from(part(3)),
  };
}

/** JSON has no infinities and no NaN. */
function encode(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}
