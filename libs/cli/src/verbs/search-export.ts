import type { Command } from 'commander';
import { ServiceError, type OracleApi, type Search, type SearcherApi } from '@gradsign/contracts';
import { UsageError } from '../errors';
import { exportModel } from '../model-report';
import { withConnection, type ConnectionOptions } from '../options';
import { Output, type Row } from '../output';
import { withBackend } from '../with-backend';

interface ExportOptions extends ConnectionOptions {
  readonly best?: boolean;
  readonly out: string;
}

/** `gradsign search export`. */
export function addSearchExport(search: Command): void {
  const command = search
    .command('export')
    .description('write the best network that a search has trained as an inference-ready ONNX model')
    .argument('[search]', 'name of the search; default: the newest')
    .requiredOption('--best', 'the network with the highest reward so far')
    .requiredOption('--out <file.onnx>', 'file to write');
  withConnection(command).action(exportSearch);
}

async function exportSearch(name: string | undefined, options: ExportOptions): Promise<void> {
  const output = new Output(options.format);
  await withBackend(options, async ({ searcher, oracle }) => {
    const found = name === undefined ? await newest(searcher) : (await searcher.getSearch({ name })).search!;
    output.row(await exportBest(oracle, found, options.out));
  });
  output.end();
}

async function newest(searcher: SearcherApi): Promise<Search> {
  const { searches } = await searcher.listSearches({ pageSize: 1, pageToken: '', filter: '', orderBy: '' });
  if (searches.length > 0) return searches[0];
  const sentence =
    'there is no search; those of `search run --local` end with their process, and --out writes their best';
  throw new ServiceError('NOT_FOUND', sentence);
}

/** Writes the best network of a search. @throws ServiceError FAILED_PRECONDITION where it has trained none. */
export async function exportBest(oracle: OracleApi, search: Search, out: string): Promise<Row> {
  checkTrains(search);
  if (!search.bestTrial) {
    throw new ServiceError('FAILED_PRECONDITION', `${search.name} has no network that was trained successfully`);
  }
  const { training } = await oracle.getTraining({ name: search.bestTrial.training });
  return { search: search.name, ...(await exportModel(oracle, training!, out)) };
}

function checkTrains({ name, spec }: Search): void {
  if (spec!.evaluation?.$case === 'training') return;
  throw new UsageError(`${name} has trained no network: its rewards are from elsewhere; \`gradsign train\` trains one`);
}

/** The accuracies of a network that was written, in one line. */
export function measured(row: Row): string {
  const { model, validationAccuracy, testAccuracy, trainerValidationAccuracy, trainerTestAccuracy } = row;
  const percent = (accuracy: unknown) => (typeof accuracy === 'number' ? `${Number(accuracy.toFixed(2))} %` : 'none');
  return (
    `${String(model)}: accuracy of the file: validation ${percent(validationAccuracy)}, test ${percent(testAccuracy)}; ` +
    `in training: validation ${percent(trainerValidationAccuracy)}, test ${percent(trainerTestAccuracy)}`
  );
}
