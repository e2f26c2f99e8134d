import type { OracleApi, ScorerApi, SearcherApi } from '@gradsign/contracts';
import type { CliConfig } from './config';
import { UsageError } from './errors';
import { LocalBackend } from './local-backend';
import type { ConnectionOptions } from './options';
import { RemoteBackend } from './remote-backend';

/** The three services, wherever they run. */
export interface Backend {
  readonly scorer: ScorerApi;
  readonly oracle: OracleApi;
  readonly searcher: SearcherApi;
  close(): Promise<void>;
}

/** The backend that an invocation asks for. `dataset` is the one that `--data-dir` belongs to. */
export function openBackend(config: CliConfig, options: ConnectionOptions, dataset?: string): Backend {
  if (options.local) return new LocalBackend(config, options, dataset);
  if (options.dataDir)
    throw new UsageError('--data-dir needs --local: a server uses the data sets of its own configuration');
  return new RemoteBackend({
    scorer: options.scorer ?? config.scorer,
    oracle: options.oracle ?? config.oracle,
    searcher: options.searcher ?? config.searcher,
  });
}

/** Opens a backend, runs the work, and closes the backend whatever happens. */
export async function withBackend<T>(
  config: CliConfig,
  options: ConnectionOptions,
  work: (backend: Backend) => Promise<T>,
  dataset?: string,
): Promise<T> {
  const backend = openBackend(config, options, dataset);
  try {
    return await work(backend);
  } finally {
    await backend.close();
  }
}
