import { cpus } from 'node:os';
import type { ScorerApi } from '@gradsign/contracts';
import { DataSources } from '@gradsign/requests';
import { createScorerPool, ScoringService } from '@gradsign/scoring';
import { workerEnvironment } from './config';
import { UsageError } from './errors';
import type { ConnectionOptions } from './options';
import { VERSION } from './version';

/** What the verbs work with. */
export interface Backend {
  readonly scorer: ScorerApi;
}

const QUEUE_LIMIT = 1024;

/**
 * Runs the work with a scorer in this process (its workers are processes of their own) and ends them whatever
 * happens. `dataset` is the one that `--data-dir` belongs to.
 */
export async function withBackend<T>(
  options: ConnectionOptions,
  work: (backend: Backend) => Promise<T>,
  dataset?: string,
): Promise<T> {
  if (!options.local) throw new UsageError('--local is required: this version has no running services to talk to');
  const pool = createScorerPool({
    size: options.workers ?? cpus().length,
    queueLimit: QUEUE_LIMIT,
    environment: workerEnvironment(),
  });
  try {
    const dataDirs = new Map(
      dataset !== undefined && options.dataDir !== undefined ? [[dataset, options.dataDir]] : [],
    );
    const scorer = new ScoringService({ pool, sources: new DataSources({ dataDirs }), version: VERSION });
    return await work({ scorer });
  } finally {
    await pool.close();
  }
}
