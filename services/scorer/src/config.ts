import { availableParallelism, homedir } from 'node:os';
import { join } from 'node:path';
import { dataSettings, loadConfig, schemas, standardSettings } from '@gradsign/service-kit/process';

const settings = {
  ...standardSettings(50051),
  home: {
    schema: schemas.text(join(homedir(), '.gradsign')),
    env: 'GRADSIGN_HOME',
    flag: 'home',
    description:
      'Folder whose subfolder scores holds score tables that answers may come from; decoded images are in images.',
  },
  workers: {
    schema: schemas.count(availableParallelism(), 1024),
    env: 'GRADSIGN_WORKERS',
    flag: 'workers',
    description: 'Compute processes, each with one thread; one for each core is fastest.',
  },
  queueLimit: {
    schema: schemas.count(256, 1_000_000),
    env: 'GRADSIGN_QUEUE_LIMIT',
    flag: 'queue-limit',
    description: 'Architectures that may wait for a compute process; more are refused with RESOURCE_EXHAUSTED.',
  },
  workerMemory: {
    schema: schemas.optionalCount(1024 * 1024),
    env: 'GRADSIGN_WORKER_MEMORY_MIB',
    flag: 'worker-memory-mib',
    description:
      'MiB that the values of a graph may take in a compute process; what would take more is refused with ' +
      'RESOURCE_EXHAUSTED. Default: three quarters of the memory, shared by the compute processes.',
  },
  ...dataSettings,
};

/** Variables that native libraries of the compute processes are found by. */
const PASSED_ON = ['PATH', 'LD_LIBRARY_PATH', 'CUDA_VISIBLE_DEVICES', 'VK_ICD_FILENAMES', 'XDG_RUNTIME_DIR'];

/** The scorer's settings from flags and environment. @throws ServiceError INVALID_ARGUMENT, HelpRequested. */
export function readConfig() {
  const environment = Object.fromEntries(
    PASSED_ON.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
  return { ...loadConfig(settings, process.env, process.argv.slice(2)), workerEnvironment: environment };
}

export type ScorerConfig = ReturnType<typeof readConfig>;
