import { loadConfig, schemas, standardSettings } from '@gradsign/service-kit/process';

const settings = {
  ...standardSettings(50053),
  scorer: {
    schema: schemas.text('127.0.0.1:50051'),
    env: 'GRADSIGN_SCORER',
    flag: 'scorer',
    description: 'Address (host:port) of the scorer; calls go round all that a name stands for.',
  },
  oracle: {
    schema: schemas.text('127.0.0.1:50052'),
    env: 'GRADSIGN_ORACLE',
    flag: 'oracle',
    description: 'Address (host:port) of the benchmark-oracle.',
  },
};

/** The searcher's settings from flags and environment. @throws ServiceError INVALID_ARGUMENT, HelpRequested. */
export function readConfig() {
  return loadConfig(settings, process.env, process.argv.slice(2));
}

export type SearcherConfig = ReturnType<typeof readConfig>;
