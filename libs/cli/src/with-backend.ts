import type { Backend } from './backend';
import { readConfig } from './config';
import { UsageError } from './errors';
import { LocalBackend } from './local-backend';
import { localData } from './local-data';
import type { ConnectionOptions, ImageOptions } from './options';
import { RemoteBackend } from './remote-backend';

/**
 * Runs the work with the backend that the invocation asks for, and closes it whatever happens. `dataset` is the one
 * that `--data-dir` belongs to.
 */
export async function withBackend<T>(
  options: ConnectionOptions & ImageOptions,
  work: (backend: Backend) => Promise<T>,
  dataset?: string,
): Promise<T> {
  const backend = await openBackend(options, dataset);
  try {
    return await work(backend);
  } finally {
    await backend.close();
  }
}

async function openBackend(options: ConnectionOptions & ImageOptions, dataset?: string): Promise<Backend> {
  const config = readConfig();
  if (options.local) {
    const remote = (['scorer', 'oracle', 'searcher'] as const).find((name) => options[name] !== undefined);
    if (remote) throw new UsageError(`--${remote} and --local exclude each other`);
    return new LocalBackend(config.home, await localData(config.home, options, dataset), options);
  }
  const local = {
    '--data-dir': options.dataDir,
    '--datasets': options.datasets,
    '--image-channels': options.imageChannels,
    '--workers': options.workers,
    '--dump': options.dump,
  };
  for (const [name, value] of Object.entries(local)) {
    if (value !== undefined) throw new UsageError(`${name} needs --local: services have settings of their own`);
  }
  return new RemoteBackend({
    scorer: options.scorer ?? config.scorer,
    oracle: options.oracle ?? config.oracle,
    searcher: options.searcher ?? config.searcher,
  });
}
