import { join } from 'node:path';
import { jsonLines, startJson, type Row, type Running } from './command';
import { ROOT } from './paths';

const CLI = join(ROOT, 'libs', 'cli', 'bin', 'gradsign.js');

/** Runs a verb of the command line with a state folder; returns what it prints. */
export async function gradsign(home: string, args: readonly (string | number)[]): Promise<Row[]> {
  return jsonLines(process.execPath, [CLI, ...args.map(String)], { env: { GRADSIGN_HOME: home } });
}

/**
 * Starts the three services on free ports; `first` holds their addresses as `scorer`, `oracle`, `searcher`.
 * @param more further options of `gradsign serve`
 */
export async function serve(home: string, more: readonly string[] = []): Promise<Running> {
  const ports = ['--scorer-port', '0', '--oracle-port', '0', '--searcher-port', '0'];
  return startJson(process.execPath, [CLI, 'serve', ...ports, '--format', 'json', ...more], {
    env: { GRADSIGN_HOME: home },
  });
}

/**
 * Starts one service on a free port; `first.grpc` is its address.
 * @param more further options of the service
 */
export async function startService(name: string, home: string, more: readonly string[] = []): Promise<Running> {
  const main = join(ROOT, 'services', name, 'dist', 'main.js');
  return startJson(process.execPath, [main, '--port', '0', ...more], { env: { GRADSIGN_HOME: home } });
}
