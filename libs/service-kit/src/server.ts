import { readFileSync } from 'node:fs';
import { Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js';
import { loadFileDescriptorSetFromBuffer } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { DESCRIPTOR_SET_PATH, ServiceError } from '@gradsign/contracts';
import type { Logger } from '@gradsign/telemetry';
import { HealthImplementation } from 'grpc-health-check';
import { implementation, type Authenticator } from './handlers';

/** One gRPC service: its definition and what answers its methods. */
export interface HostedService {
  readonly definition: ServiceDefinition;
  readonly api: object;
}

export interface ServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly services: readonly HostedService[];
  readonly logger: Logger;
  /** Default: every caller is `local`. */
  readonly authenticate?: Authenticator;
  /** Largest message that is received. Default 4 MiB. */
  readonly maxReceiveBytes?: number;
  /** Connections are closed after this time, so that clients see new replicas. Default: never. */
  readonly maxConnectionAgeMs?: number;
}

/** A server that is listening and SERVING. */
export interface RunningServer {
  readonly address: string;
  readonly port: number;
  /**
   * Says NOT_SERVING, takes no new calls, lets running ones finish for at most `graceMs`, then breaks them off.
   */
  shutdown(options: { graceMs: number }): Promise<void>;
}

/**
 * Starts a gRPC server with health checks (for the empty name and every service) and reflection.
 * @throws ServiceError FAILED_PRECONDITION when the port is in use.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { host, services, logger, authenticate = () => 'local', maxReceiveBytes = 4 * 1024 * 1024 } = options;
  const server = new Server({
    'grpc.max_receive_message_length': maxReceiveBytes,
    ...(options.maxConnectionAgeMs !== undefined && { 'grpc.max_connection_age_ms': options.maxConnectionAgeMs }),
  });
  for (const { definition, api } of services) {
    server.addService(definition, implementation(definition, api, { logger, authenticate }));
  }
  const names = ['', ...services.map(({ definition }) => serviceName(definition))];
  const health = new HealthImplementation();
  health.addToServer(server);
  const descriptors = loadFileDescriptorSetFromBuffer(readFileSync(DESCRIPTOR_SET_PATH));
  new ReflectionService(descriptors, { services: names.slice(1) }).addToServer(server);
  const port = await listen(server, host, options.port);
  for (const name of names) health.setStatus(name, 'SERVING');
  return {
    port,
    address: `${host}:${port}`,
    async shutdown({ graceMs }) {
      for (const name of names) health.setStatus(name, 'NOT_SERVING');
      const finished = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      const timer = new AbortController();
      await Promise.race([finished, delay(graceMs, timer.signal)]);
      timer.abort();
      server.forceShutdown();
    },
  };
}

function serviceName(definition: ServiceDefinition): string {
  return Object.values(definition)[0].path.split('/')[1];
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (!error) return resolve(bound);
      const sentence = `port ${port} on ${host} cannot be opened; it must be free and allowed (${error.message})`;
      reject(new ServiceError('FAILED_PRECONDITION', sentence, { reason: 'PORT_UNAVAILABLE', cause: error }));
    });
  });
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
}
