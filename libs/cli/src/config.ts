import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** What the command line takes from its environment. Flags win over it. */
export interface CliConfig {
  /** Absolute path of the folder of state and tables. */
  readonly home: string;
  /** Addresses (host:port) of running services. */
  readonly scorer: string;
  readonly oracle: string;
  readonly searcher: string;
}

/** Ports that `gradsign serve` uses unless it is told others. */
export const DEFAULT_PORTS = { scorer: 50051, oracle: 50052, searcher: 50053 } as const;

/** Reads GRADSIGN_HOME, GRADSIGN_SCORER, GRADSIGN_ORACLE and GRADSIGN_SEARCHER. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): CliConfig {
  const local = (port: number) => `127.0.0.1:${port}`;
  return {
    home: resolve(environment.GRADSIGN_HOME || join(homedir(), '.gradsign')),
    scorer: environment.GRADSIGN_SCORER || local(DEFAULT_PORTS.scorer),
    oracle: environment.GRADSIGN_ORACLE || local(DEFAULT_PORTS.oracle),
    searcher: environment.GRADSIGN_SEARCHER || local(DEFAULT_PORTS.searcher),
  };
}

/** Names of the variables that native libraries of the workers are found by. */
const PASSED_ON = ['PATH', 'LD_LIBRARY_PATH', 'CUDA_VISIBLE_DEVICES', 'VK_ICD_FILENAMES', 'XDG_RUNTIME_DIR'];

/** Environment of worker processes: what native libraries need, and nothing else. */
export function workerEnvironment(environment: NodeJS.ProcessEnv = process.env): Record<string, string> {
  return Object.fromEntries(PASSED_ON.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
}

/** Environment of the services: this process's own, with the folder of state and tables. */
export function serviceEnvironment(home: string, environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...environment, GRADSIGN_HOME: home };
}
