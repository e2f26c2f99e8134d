import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { searchSpaceNames } from '@gradsign/contracts';
import { resolveSpace } from '@gradsign/requests';
import { withBackend } from '../with-backend';
import { UsageError } from '../errors';
import { list, withConnection, withScoreData, type ConnectionOptions, type ScoreDataOptions } from '../options';
import { Output } from '../output';
import { createProgress } from '../progress';
import { scoreSettings } from '../score-settings';
import { sweep } from '../sweep/sweep';

interface SweepOptions extends ConnectionOptions, ScoreDataOptions {
  readonly space: string;
  readonly archFile?: string;
  readonly proxies: string[];
  readonly out: string;
}

/** `gradsign sweep`. */
export function addSweep(program: Command): void {
  const command = program
    .command('sweep')
    .description('score a whole search space, or a list, into a table; begun again, it goes on where it was')
    .requiredOption('--space <name>', 'search space')
    .option('--arch-file <file>', 'a file with one architecture a line; default: the whole space')
    .requiredOption('--proxies <names>', 'proxies, joined by commas', list)
    .requiredOption('--out <table.arrow>', 'file to write; columns of other settings that it has are kept');
  withConnection(withScoreData(command)).action(run);
}

async function run(options: SweepOptions): Promise<void> {
  const space = searchSpaceNames.parse(options.space, '--space');
  const architectures = readArchitectures(options);
  const output = new Output(options.format);
  const progress = createProgress('scoring', architectures.length);
  const work = withBackend(
    options,
    async ({ scorer }) => {
      const settings = await scoreSettings(scorer, options.proxies, options);
      const request = { space, architectures, settings };
      const columns = await sweep({
        scorer,
        request,
        spaceName: options.space,
        path: options.out,
        onProgress: (done) => progress.update(done),
      });
      for (const column of columns) output.row({ table: options.out, ...column });
    },
    options.dataset,
  );
  await work.finally(() => progress.stop());
  output.end();
}

function readArchitectures({ space: name, archFile }: SweepOptions): string[] {
  if (archFile !== undefined) {
    const lines = readFileSync(archFile, 'utf8').split('\n');
    return lines.map((line) => line.trim()).filter((line) => line !== '');
  }
  const space = resolveSpace(searchSpaceNames.parse(name, '--space'), '--space');
  if (!space.enumerate) throw new UsageError(`--arch-file is required: ${name} cannot be enumerated`);
  return Array.from(space.enumerate(), (architecture) => space.format(architecture));
}
