import { homedir } from 'node:os';
import { join } from 'node:path';

/** What the command line takes from its environment. Flags win over it. */
export interface CliConfig {
  /** State and tables. */
  readonly home: string;
  /** Addresses (host:port) of running services. */
  readonly scorer: string;
  readonly oracle: string;
  readonly searcher: string;
  /** Where spans are sent, if anywhere (OTLP over gRPC). */
  readonly otlpEndpoint?: string;
}

/** Ports that `gradsign serve` uses unless it is told others. */
export const DEFAULT_PORTS = { scorer: 50051, oracle: 50052, searcher: 50053 } as const;

/** Reads GRADSIGN_HOME, GRADSIGN_SCORER, GRADSIGN_ORACLE, GRADSIGN_SEARCHER and OTEL_EXPORTER_OTLP_ENDPOINT. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): CliConfig {
  const local = (port: number) => `127.0.0.1:${port}`;
  return {
    home: environment.GRADSIGN_HOME || join(homedir(), '.gradsign'),
    scorer: environment.GRADSIGN_SCORER || local(DEFAULT_PORTS.scorer),
    oracle: environment.GRADSIGN_ORACLE || local(DEFAULT_PORTS.oracle),
    searcher: environment.GRADSIGN_SEARCHER || local(DEFAULT_PORTS.searcher),
    otlpEndpoint: environment.OTEL_EXPORTER_OTLP_ENDPOINT || undefined,
  };
}
