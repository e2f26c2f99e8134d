import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClients } from '@gradsign/client';
import { commandOf, processTree } from './processes';
import { Program, type Ending } from './program';

// Of the build, which is what users run: `npm test` builds first.
const ROOT = join(__dirname, '..', '..', '..');
const CLI = join(ROOT, 'libs', 'cli', 'bin', 'gradsign.js');

export type ServiceName = 'scorer' | 'benchmark-oracle' | 'searcher';

const programs: Program[] = [];
const folders: string[] = [];
/** What tests have left behind. */
afterAll(async () => {
  await Promise.all(programs.filter(({ over }) => !over).map((program) => program.stop()));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function start(home: string, args: readonly string[]): Program {
  const program = new Program(args, { GRADSIGN_HOME: home });
  programs.push(program);
  return program;
}

/** A folder for the product's state, removed when the test file is through. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gradsign-e2e-'));
  folders.push(folder);
  return folder;
}

/** Starts the command line with a state folder. */
export function startCli(home: string, args: readonly string[]): Program {
  return start(home, [CLI, ...args]);
}

/** Runs the command line to its end. */
export function gradsign(home: string, ...args: string[]): Promise<Ending> {
  return startCli(home, args).ended;
}

/** Starts one service by itself; it prints its addresses as a line of JSON. */
export function startService(home: string, name: ServiceName, ...args: string[]): Program {
  return start(home, [mainOf(name), ...args]);
}

/** `gradsign serve` on free ports, with two workers for each task. */
export function startServe(home: string, ...args: string[]): Program {
  const ports = ['scorer', 'oracle', 'searcher'].flatMap((name) => [`--${name}-port`, '0']);
  const workers = ['--workers', '2', '--trainers', '2'];
  return startCli(home, ['serve', ...ports, ...workers, '--format', 'json', ...args]);
}

export interface Addresses {
  readonly scorer: string;
  readonly oracle: string;
  readonly searcher: string;
  readonly metrics: Readonly<Record<'scorer' | 'oracle' | 'searcher', string>>;
}

/** The addresses of services that `gradsign serve` has started. */
export async function addressesOf(serve: Program): Promise<Addresses> {
  const [line] = await serve.wrote('stdout', /^\{.*\}\n/);
  return JSON.parse(line) as Addresses;
}

/** `gradsign serve`, serving, with clients of its services. */
export async function serving(home: string, ...args: string[]) {
  const program = startServe(home, ...args);
  const addresses = await addressesOf(program);
  const { scorer, oracle, searcher } = addresses;
  const clients = createClients({ scorer, oracle, searcher });
  return {
    program,
    addresses,
    clients,
    /** The process of a service. */
    pidOf: (name: ServiceName) => processTree(program.pid).find((pid) => commandOf(pid)[1] === mainOf(name))!,
    async stop(): Promise<Ending> {
      clients.close();
      return program.stop();
    },
  };
}

function mainOf(name: ServiceName): string {
  return join(ROOT, 'services', name, 'dist', 'main.js');
}
