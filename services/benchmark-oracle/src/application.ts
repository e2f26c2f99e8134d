import { join } from 'node:path';
import { BenchmarkStore } from '@gradsign/benchmarks';
import type { ComputePool } from '@gradsign/compute-pool';
import { BenchmarkOracleServiceService, TrainingState } from '@gradsign/contracts';
import { createTrainerPool, openTrainings, OracleService } from '@gradsign/oracle';
import { readServiceData } from '@gradsign/requests';
import { searchSpace } from '@gradsign/search-spaces';
import type { Application, ApplicationContext } from '@gradsign/service-kit/process';
import type { OracleConfig } from './config';

/** The benchmark-oracle with its tables, kept trainings and training processes. */
export async function createApplication(config: OracleConfig, { logger }: ApplicationContext): Promise<Application> {
  const { home, workers, queueLimit, workerEnvironment } = config;
  const data = await readServiceData(config, logger);
  const store = new BenchmarkStore(join(home, 'benchmarks'), searchSpace);
  // Started with the first training: an oracle of tables needs no compute processes.
  let pool: ComputePool | undefined;
  let stopping = false;
  const trainings = await openTrainings({
    pool: () => (pool ??= createTrainerPool({ size: workers, queueLimit, environment: workerEnvironment })),
    data,
    folder: join(home, 'trainings'),
    onEnd({ name, state }, cause) {
      const failed = state === TrainingState.TRAINING_STATE_FAILED && !stopping;
      const entry = { training: name, state: TrainingState[state], ...(failed && { err: cause }) };
      logger[failed ? 'warn' : 'info'](entry, 'training ended');
    },
  });
  return {
    services: [
      {
        definition: BenchmarkOracleServiceService,
        api: new OracleService({ store, trainings: async () => trainings }),
      },
    ],
    async drain() {
      stopping = true;
      await trainings.close();
    },
    async stop() {
      await pool?.close();
      store.close();
    },
  };
}
