import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { DEFAULT_PORTS, readConfig } from '../config';
import { integer } from '../options';
import { startServices, type ServeOptions } from '../serve/services';
import { stopAsked } from '../serve/stop-signal';

interface Options extends ServeOptions {
  readonly format: 'json' | 'table';
}

/** `gradsign serve`. */
export function addServe(program: Command): void {
  const port = integer(0, 65535);
  program
    .command('serve')
    .description('start the three services on this machine and stop them on Ctrl-C')
    .option('--scorer-port <port>', 'port of the scorer; 0: any free one', port, DEFAULT_PORTS.scorer)
    .option('--oracle-port <port>', 'port of the benchmark-oracle', port, DEFAULT_PORTS.oracle)
    .option('--searcher-port <port>', 'port of the searcher', port, DEFAULT_PORTS.searcher)
    .option('--data-dirs <entries>', 'folders of data sets as cifar10=DIR,folder:NAME=DIR')
    .option('--datasets <file.json>', 'file that lists data sets of one’s own')
    .option('--workers <n>', 'compute processes of the scorer; default: one for each core', integer(1, 1024))
    .option('--trainers <n>', 'compute processes that train networks; default: one for each core', integer(1, 1024))
    .option('--log-level <level>', 'debug, info, warn or error')
    .addOption(
      new Option('--format <format>', 'how the addresses are printed').choices(['table', 'json']).default('table'),
    )
    .action(serve);
}

async function serve({ format, ...options }: Options): Promise<void> {
  // Heard from the start on, so that a stop during the start leaves nothing behind.
  const asked = stopAsked();
  const { home } = readConfig();
  mkdirSync(join(home, 'spans'), { recursive: true });
  const say = (line: string) => void process.stderr.write(`gradsign serve: ${line}\n`);
  const services = await startServices(home, options, asked, say);
  if (!services) return;
  try {
    process.stdout.write(format === 'json' ? `${JSON.stringify(services.addresses)}\n` : `${services.line}\n`);
    say(`${await asked}: stopping`);
  } finally {
    await services.stop();
  }
}
