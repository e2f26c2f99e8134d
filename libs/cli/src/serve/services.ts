import { join, resolve } from 'node:path';
import { serviceEnvironment } from '../config';
import { SupervisedService, type ServiceSpec } from './supervised-service';

/** What `serve` may be told; ports of 0 mean any free one. */
export interface ServeOptions {
  readonly scorerPort: number;
  readonly oraclePort: number;
  readonly searcherPort: number;
  readonly dataDirs?: string;
  readonly datasets?: string;
  readonly workers?: number;
  readonly trainers?: number;
  readonly logLevel?: string;
}

/** The three services, serving. */
export interface RunningServices {
  /** `host:port` of each, and of the metrics of each. */
  readonly addresses: {
    readonly scorer: string;
    readonly oracle: string;
    readonly searcher: string;
    readonly metrics: Readonly<Record<'scorer' | 'oracle' | 'searcher', string>>;
  };
  /** The addresses in one readable line. */
  readonly line: string;
  stop(): Promise<void>;
}

const PACKAGES = { scorer: 'scorer', oracle: 'benchmark-oracle', searcher: 'searcher' } as const;

/**
 * Starts the services as child processes: first those that the searcher calls. Undefined when `stop` settles before all
 * of them serve; then none is left.
 * @throws ServiceError when one of them does not start; then none is left.
 */
export async function startServices(
  home: string,
  options: ServeOptions,
  stop: Promise<unknown>,
  say: (line: string) => void,
): Promise<RunningServices | undefined> {
  const started: SupervisedService[] = [];
  // The searcher first: it is the one that calls the others.
  const stopAll = async () => {
    for (const service of started.toReversed()) await service.stop();
  };
  const start = (key: keyof typeof PACKAGES, port: number, args: readonly (string | false)[]) => {
    const service = new SupervisedService(serviceSpec(home, key, port, options, args), say);
    started.push(service);
    return service.start();
  };
  const startAll = async () => {
    const { dataDirs, datasets, workers, trainers } = options;
    const data = [
      dataDirs !== undefined && `--data-dirs=${dataDirs}`,
      datasets !== undefined && `--datasets=${resolve(datasets)}`,
    ];
    const scoring = start('scorer', options.scorerPort, [...data, workers !== undefined && `--workers=${workers}`]);
    // Folders of images are decoded by the first one that starts; the second one finds them.
    if (datasets !== undefined || dataDirs?.includes('folder:')) await scoring;
    const [scorer, oracle] = await Promise.all([
      scoring,
      start('oracle', options.oraclePort, [...data, trainers !== undefined && `--workers=${trainers}`]),
    ]);
    const calls = [`--scorer=${scorer.grpc}`, `--oracle=${oracle.grpc}`];
    const searcher = await start('searcher', options.searcherPort, calls);
    return { scorer, oracle, searcher };
  };
  try {
    const starting = startAll();
    const all = await Promise.race([starting, stop.then(() => undefined)]);
    if (!all) {
      await stopAll();
      await starting.catch(() => {});
      await stopAll();
      return undefined;
    }
    const { scorer, oracle, searcher } = all;
    const addresses = {
      scorer: scorer.grpc,
      oracle: oracle.grpc,
      searcher: searcher.grpc,
      metrics: { scorer: scorer.metrics, oracle: oracle.metrics, searcher: searcher.metrics },
    };
    const line = `serving: scorer ${scorer.grpc}, benchmark-oracle ${oracle.grpc}, searcher ${searcher.grpc}`;
    return { addresses, line, stop: stopAll };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

function serviceSpec(
  home: string,
  key: keyof typeof PACKAGES,
  port: number,
  { logLevel }: ServeOptions,
  args: readonly (string | false)[],
): ServiceSpec {
  const name = PACKAGES[key];
  return {
    name,
    main: require.resolve(`@gradsign/service-${name}`),
    port,
    args: [
      ...args.filter((arg) => arg !== false),
      `--span-file=${join(home, 'spans', `${name}.jsonl`)}`,
      ...(logLevel === undefined ? [] : [`--log-level=${logLevel}`]),
    ],
    env: serviceEnvironment(home),
  };
}
