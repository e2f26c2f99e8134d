import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { createClients } from '@gradsign/client';
import { ServiceError, type OracleApi, type SearcherApi } from '@gradsign/contracts';
import { searchBars, type SearchBars } from '../demo/bars';
import { succeeded, writeResults, type DemoResult } from '../demo/results';
import { DEMO_ALGORITHMS, DEMO_TRIALS, demoSpec, type DemoAlgorithm } from '../demo/spec';
import { followSearch, listTrials } from '../search/follow';
import { startServices } from '../serve/services';
import { stopAsked } from '../serve/stop-signal';

interface DemoOptions {
  readonly out?: string;
}

/** `gradsign demo`: what `npm start` runs. */
export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('start the services and compare a guided with a random search on MNIST, by real training')
    .option('--out <dir>', 'folder of the results; default: a new one in results/')
    .action(demo);
}

async function demo({ out }: DemoOptions): Promise<void> {
  const asked = stopAsked({ withParent: true });
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const folder = resolve(out ?? join('results', new Date().toISOString().slice(0, 19).replaceAll(':', '-')));
  const home = join(folder, 'state');
  mkdirSync(join(home, 'spans'), { recursive: true });
  const ports = { scorerPort: 0, oraclePort: 0, searcherPort: 0 };
  const services = await startServices(home, { ...ports, logLevel: 'warn' }, asked, say);
  if (!services) return;
  say(services.line);
  const { oracle, searcher } = services.addresses;
  const clients = createClients({ oracle, searcher });
  try {
    say(`training ${DEMO_TRIALS} networks for each of: ${DEMO_ALGORITHMS.join(', ')}`);
    const interrupted = asked.then((reason) => {
      throw new ServiceError(
        'CANCELLED',
        `stopped by ${reason}; what was trained so far is in ${join(home, 'trainings')}`,
      );
    });
    const report = await Promise.race([compare(clients, folder), interrupted]);
    process.stdout.write(`\n${report}\n`);
  } finally {
    clients.close();
    await services.stop();
  }
}

async function compare(clients: { oracle: OracleApi; searcher: SearcherApi }, folder: string): Promise<string> {
  const bars = searchBars(DEMO_ALGORITHMS, DEMO_TRIALS, process.stderr);
  try {
    const results = await Promise.all(DEMO_ALGORITHMS.map((algorithm) => runSearch(clients.searcher, algorithm, bars)));
    bars.stop();
    return await writeResults(clients.oracle, folder, results);
  } finally {
    bars.stop();
  }
}

async function runSearch(searcher: SearcherApi, algorithm: DemoAlgorithm, bars: SearchBars): Promise<DemoResult> {
  const started = performance.now();
  const request = { spec: demoSpec(algorithm), requestId: '', displayName: algorithm };
  const { search: created } = await searcher.createSearch(request);
  const search = await followSearch(searcher, created!, {
    onChange: (now) => bars.update(algorithm, now),
    onTrial: (trial) => bars.trial(algorithm, trial),
  });
  if (!search.bestTrial) {
    const why = search.error?.message ?? 'no network was trained';
    throw new ServiceError('INTERNAL', `${algorithm}: ${why}`, { cause: new Error(why) });
  }
  const trials = (await listTrials(searcher, search.name)).filter(succeeded);
  return { algorithm, search, trials, seconds: (performance.now() - started) / 1000 };
}
