import { hostname } from 'node:os';
import { ServiceError } from '@gradsign/contracts/errors';
import { createLogger, startTelemetry, type Logger, type Telemetry } from '@gradsign/telemetry';
import { runService, type StartedService } from './run-service';
import type { HostedService, RunningServer } from './server';
import type { StandardConfig } from './standard-settings';
import { PRODUCT_VERSION } from './version';

/** What a service puts behind its port. */
export interface Application {
  readonly services: readonly HostedService[];
  /** Called when the process is asked to stop: ends what would wait for ever, such as streams that watch something. */
  drain?(): Promise<void>;
  /** Called when no call runs any more. */
  stop(): Promise<void>;
}

export interface ApplicationContext {
  readonly logger: Logger;
  /** Version of the product. */
  readonly version: string;
}

/** A service as its main describes it. */
export interface ServiceProcess<C extends StandardConfig> {
  readonly name: string;
  /** Reads the settings. @throws ServiceError INVALID_ARGUMENT. */
  readonly readConfig: () => C;
  /** Imports what makes the application; called after telemetry has started, because it may load grpc-js. */
  readonly load: () => Promise<(config: C, context: ApplicationContext) => Promise<Application>>;
}

/**
 * A whole service process: settings, telemetry, the application, its port; and all of it stopped in the opposite
 * order. Fatal errors end the process as `runService` says.
 */
export function hostService<C extends StandardConfig>(service: ServiceProcess<C>): Promise<void> {
  return runService(service.name, () => start(service), { stopTimeoutMs: 60_000 });
}

async function start<C extends StandardConfig>({ name, readConfig, load }: ServiceProcess<C>): Promise<StartedService> {
  const version = PRODUCT_VERSION;
  const config = readConfig();
  const logger = createLogger({ service: name, level: config.logLevel, pretty: process.stderr.isTTY });
  const telemetry = await observe(name, version, config, logger);
  const create = await load();
  const { startServer } = await import('./server.js');
  const application = await create(config, { logger, version });
  let server: RunningServer;
  try {
    server = await startServer({ ...config, services: application.services, logger });
  } catch (error) {
    await application.stop();
    throw error;
  }
  logger.info({ address: server.address, metricsPort: telemetry.metricsPort }, 'serving');
  return {
    addresses: {
      grpc: server.address,
      ...(server.healthPort !== undefined && { health: `${config.host}:${server.healthPort}` }),
      ...(telemetry.metricsPort !== undefined && { metrics: `${config.host}:${telemetry.metricsPort}` }),
    },
    async stop() {
      await Promise.all([server.shutdown({ graceMs: config.graceSeconds * 1000 }), application.drain?.()]);
      await application.stop();
      await telemetry.shutdown();
      logger.info('stopped');
    },
  };
}

async function observe(name: string, version: string, config: StandardConfig, logger: Logger): Promise<Telemetry> {
  const { host, metricsPort, otlpEndpoint, spanFile, samplingRatio, instanceId } = config;
  try {
    return await startTelemetry({
      serviceName: name,
      serviceVersion: version,
      instanceId: instanceId ?? `${hostname()}:${process.pid}`,
      otlpEndpoint,
      spanFile,
      samplingRatio,
      prometheus: metricsPort === undefined ? undefined : { host, port: metricsPort },
      onDiagnostic: (level, message) => logger[level]({ component: 'telemetry' }, message),
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    const sentence = `--metrics-port: port ${metricsPort} on ${host} is in use; metrics need a port of their own`;
    throw new ServiceError('FAILED_PRECONDITION', sentence, { reason: 'PORT_UNAVAILABLE', cause: error });
  }
}
