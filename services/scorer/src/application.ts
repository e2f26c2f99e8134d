import { ScorerServiceService } from '@gradsign/contracts';
import { DataSources } from '@gradsign/requests';
import { createScorerPool, ScoringService } from '@gradsign/scoring';
import type { Application, ApplicationContext } from '@gradsign/service-kit/process';
import type { ScorerConfig } from './config';

/** The scorer with its compute processes. */
export async function createApplication(
  config: ScorerConfig,
  { logger, version }: ApplicationContext,
): Promise<Application> {
  const { workers, queueLimit, dataDirs, workerEnvironment } = config;
  const sources = new DataSources({ dataDirs });
  const pool = createScorerPool({
    size: workers,
    queueLimit,
    environment: workerEnvironment,
    onEvent: (event) => logger[event.type === 'worker-exited' && event.reason === 'crash' ? 'warn' : 'debug'](event),
  });
  return {
    services: [{ definition: ScorerServiceService, api: new ScoringService({ pool, sources, version }) }],
    stop: () => pool.close(),
  };
}
