import { Server, ServerCredentials, setLogger, type ServiceDefinition } from '@grpc/grpc-js';
import { createRpcServerMetrics, type Logger } from '@gradsign/telemetry';
import { implementation } from './handlers';
import { Health } from './health';
import { listen } from './listen';
import { addReflection } from './reflection';
import type { Authenticator } from './running-call';

/** One gRPC service: its definition and what answers its methods. */
export interface HostedService {
  readonly definition: ServiceDefinition;
  readonly api: object;
}

export interface ServerOptions {
  /** Default 127.0.0.1: nobody outside the machine. */
  readonly host?: string;
  /** 0: any free port. */
  readonly port: number;
  readonly services: readonly HostedService[];
  readonly logger: Logger;
  /** Default: every caller is `local`. */
  readonly authenticate?: Authenticator;
  /** Default: plaintext. */
  readonly credentials?: ServerCredentials;
  /** A second port, always plaintext, with health checks alone: Kubernetes' probes speak no TLS. Default: none. */
  readonly healthPort?: number;
  readonly limits?: ServerLimits;
  /** A connection that is silent for `timeMs` (default 60,000) is tried, and closed after `timeoutMs` (20,000). */
  readonly keepalive?: { readonly timeMs?: number; readonly timeoutMs?: number };
  /** Connections are closed after this time, so that clients see new replicas. Default: never. */
  readonly maxConnectionAgeMs?: number;
}

export interface ServerLimits {
  /** Largest request message in bytes. Default 4 MiB. */
  readonly maxReceiveBytes?: number;
  /** Largest response message in bytes. Default 4 MiB, what gRPC clients receive unless they are told otherwise. */
  readonly maxSendBytes?: number;
  /** Calls that run at once, open streams included; more are RESOURCE_EXHAUSTED. Default 1,000. */
  readonly maxConcurrentCalls?: number;
}

/** A server that is listening and SERVING. */
export interface RunningServer {
  /** `host:port`. */
  readonly address: string;
  readonly port: number;
  readonly healthPort?: number;
  /** Says whether a service, by its full name (empty: the whole process), is SERVING. */
  setServing(service: string, serving: boolean): void;
  /**
   * Says NOT_SERVING, takes no new calls, lets running ones finish for at most `graceMs`, then breaks them off. Later
   * calls wait for the first.
   */
  shutdown(options: { readonly graceMs: number }): Promise<void>;
}

const MEBIBYTE = 1024 * 1024;

/**
 * Starts a gRPC server with health checks (for the empty name and every service) and reflection.
 * @throws ServiceError FAILED_PRECONDITION when a port cannot be opened.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { host = '127.0.0.1', services, logger, limits = {}, keepalive = {} } = options;
  // By itself grpc-js writes to the console.
  const report = (message: unknown) => logger.debug({ component: 'grpc-js' }, String(message));
  setLogger({ error: report, info: report, debug: report });

  const server = new Server({
    'grpc.max_receive_message_length': limits.maxReceiveBytes ?? 4 * MEBIBYTE,
    'grpc.keepalive_time_ms': keepalive.timeMs ?? 60_000,
    'grpc.keepalive_timeout_ms': keepalive.timeoutMs ?? 20_000,
    ...(options.maxConnectionAgeMs !== undefined && { 'grpc.max_connection_age_ms': options.maxConnectionAgeMs }),
  });
  const calls = {
    logger,
    metrics: createRpcServerMetrics(),
    authenticate: options.authenticate ?? (() => 'local'),
    maxConcurrentCalls: limits.maxConcurrentCalls ?? 1000,
    maxSendBytes: limits.maxSendBytes ?? 4 * MEBIBYTE,
    inFlight: 0,
  };
  for (const { definition, api } of services) {
    const service = implementation(definition, api, calls);
    server.addService(service.definition, service.handlers);
  }
  const names = services.map(({ definition }) => Object.values(definition)[0].path.split('/')[1]);
  const health = new Health(['', ...names]);
  health.addTo(server);
  addReflection(server, names);

  const listening = await listen(server, host, options.port, options.credentials);
  const probed = new Server();
  let probe;
  try {
    if (options.healthPort !== undefined) {
      health.addTo(probed);
      probe = await listen(probed, host, options.healthPort);
    }
  } catch (error) {
    server.forceShutdown();
    throw error;
  }
  health.setAll(true);

  const stop = async (graceMs: number): Promise<void> => {
    health.stop();
    if (!(await closed(server, graceMs))) {
      logger.warn({ calls: calls.inFlight }, `calls were broken off: they did not finish within ${graceMs} ms`);
    }
    server.forceShutdown();
    probed.forceShutdown();
  };
  let stopped: Promise<void> | undefined;
  return {
    ...listening,
    healthPort: probe?.port,
    setServing: (service, serving) => health.set(service, serving),
    shutdown: ({ graceMs }) => (stopped ??= stop(graceMs)),
  };
}

/** Takes no more calls; whether the running ones finish in time. */
async function closed(server: Server, graceMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), graceMs)));
  const finished = new Promise<true>((resolve) => server.tryShutdown(() => resolve(true)));
  return Promise.race([finished, late]).finally(() => clearTimeout(timer));
}
