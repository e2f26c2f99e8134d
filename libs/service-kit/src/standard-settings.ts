import { z } from 'zod';
import type { Config } from './service-config';
import { schemas } from './setting-schemas';

/** The settings that every service has; `port` is its default gRPC port. */
export const standardSettings = (port: number) => ({
  host: {
    schema: schemas.text('127.0.0.1'),
    env: 'GRADSIGN_HOST',
    flag: 'host',
    description: 'Address to listen on; 0.0.0.0 for all of the machine.',
  },
  port: {
    schema: schemas.port(port),
    env: 'GRADSIGN_PORT',
    flag: 'port',
    description: 'Port of the gRPC service; 0 takes any free one.',
  },
  healthPort: {
    schema: schemas.optionalPort(),
    env: 'GRADSIGN_HEALTH_PORT',
    flag: 'health-port',
    description: 'A second, always plaintext port with gRPC health checks alone.',
  },
  metricsPort: {
    schema: schemas.optionalPort(),
    env: 'GRADSIGN_METRICS_PORT',
    flag: 'metrics-port',
    description: 'Port where Prometheus finds /metrics; none without it.',
  },
  otlpEndpoint: {
    schema: z.url('it must be a URL as http://collector:4317').optional(),
    env: 'GRADSIGN_OTLP_ENDPOINT',
    flag: 'otlp-endpoint',
    description: 'OTLP/gRPC collector that spans are sent to.',
  },
  spanFile: {
    schema: schemas.optionalText(),
    env: 'GRADSIGN_SPAN_FILE',
    flag: 'span-file',
    description: 'File that finished spans are written to as JSON lines.',
  },
  samplingRatio: {
    schema: schemas.fraction(1),
    env: 'GRADSIGN_SAMPLING_RATIO',
    flag: 'sampling-ratio',
    description: 'Share of the traces begun here that are recorded, 0 to 1.',
  },
  logLevel: {
    schema: schemas.level(),
    env: 'GRADSIGN_LOG_LEVEL',
    flag: 'log-level',
    description: 'debug, info, warn or error.',
  },
  instanceId: {
    schema: schemas.optionalText(),
    env: 'GRADSIGN_INSTANCE_ID',
    flag: 'instance-id',
    description: 'Tells replicas apart in traces, for instance the name of the pod; else host name and process id.',
  },
  graceSeconds: {
    schema: schemas.count(10, 3600),
    env: 'GRADSIGN_GRACE_SECONDS',
    flag: 'grace-seconds',
    description: 'How long running calls may go on when the service is asked to stop.',
  },
});

export type StandardConfig = Config<ReturnType<typeof standardSettings>>;
