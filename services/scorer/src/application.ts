import { join } from 'node:path';
import { ScorerServiceService } from '@gradsign/contracts';
import { DataSources, readServiceData } from '@gradsign/requests';
import { ScoreTables, SHIPPED_SCORES } from '@gradsign/score-tables';
import { createScorerPool, ScoringService } from '@gradsign/scoring';
import type { Application, ApplicationContext } from '@gradsign/service-kit/process';
import type { ScorerConfig } from './config';

/** The scorer with its compute processes. */
export async function createApplication(
  config: ScorerConfig,
  { logger, version }: ApplicationContext,
): Promise<Application> {
  const { home, workers, queueLimit, workerMemory, workerEnvironment } = config;
  const data = await readServiceData(config, logger);
  const sources = new DataSources(data);
  const tables = new ScoreTables([join(home, 'scores'), SHIPPED_SCORES], ({ message }) => logger.warn(message));
  const pool = createScorerPool({
    size: workers,
    queueLimit,
    environment: workerEnvironment,
    onEvent: (event) => logger[event.type === 'worker-exited' && event.reason === 'crash' ? 'warn' : 'debug'](event),
  });
  const memoryLimit = workerMemory && workerMemory * 1024 * 1024;
  const api = new ScoringService({ pool, sources, version, tables, memoryLimit });
  return {
    services: [{ definition: ScorerServiceService, api }],
    stop: () => pool.close(),
  };
}
