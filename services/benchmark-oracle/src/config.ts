import { availableParallelism, homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { dataSettings, loadConfig, schemas, standardSettings } from '@gradsign/service-kit/process';

const settings = {
  ...standardSettings(50052),
  home: {
    schema: schemas.text(join(homedir(), '.gradsign')),
    env: 'GRADSIGN_HOME',
    flag: 'home',
    description: 'Folder of benchmark tables, results of trainings and decoded images.',
  },
  workers: {
    schema: schemas.count(availableParallelism(), 1024),
    env: 'GRADSIGN_TRAINERS',
    flag: 'workers',
    description: 'Compute processes that train networks, each with one thread.',
  },
  queueLimit: {
    schema: schemas.count(256, 1_000_000),
    env: 'GRADSIGN_QUEUE_LIMIT',
    flag: 'queue-limit',
    description: 'Trainings that may wait for a compute process; more are refused with RESOURCE_EXHAUSTED.',
  },
  ...dataSettings,
};

/** Variables that native libraries of the compute processes are found by. */
const PASSED_ON = ['PATH', 'LD_LIBRARY_PATH'];

/** The benchmark-oracle's settings. @throws ServiceError INVALID_ARGUMENT, HelpRequested. */
export function readConfig() {
  const environment = Object.fromEntries(
    PASSED_ON.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
  const config = loadConfig(settings, process.env, process.argv.slice(2));
  return { ...config, home: resolve(config.home), workerEnvironment: environment };
}

export type OracleConfig = ReturnType<typeof readConfig>;
