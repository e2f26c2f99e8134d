import { diag, DiagLogLevel } from '@opentelemetry/api';
import type { tracing } from '@opentelemetry/sdk-node';
import { attributes } from './attributes';
import { serveMetrics } from './metrics-server';
import type { MetricsServer } from './metrics-server';
import { SpanFileExporter } from './span-file';

export interface TelemetryOptions {
  serviceName: string;
  serviceVersion: string;
  /** Tells replicas of one service apart, e.g. the pod's name. */
  instanceId: string;
  /** OTLP/gRPC collector for spans, e.g. `http://collector:4317`. Default: spans leave the process by no network. */
  otlpEndpoint?: string;
  /** File for finished spans as JSON lines, of this process alone. Default: none. */
  spanFile?: string;
  /** Size in bytes at which the span file is rotated once. Default: 32 MiB. */
  spanFileMaxBytes?: number;
  /** Address to serve `/metrics` on; port 0 lets the system choose. Default: no metrics. */
  prometheus?: { host: string; port: number };
  /** Share of the traces begun here that are recorded, 0 to 1; a caller's decision is followed. Default: 1. */
  samplingRatio?: number;
  /** Hears what goes wrong inside telemetry, e.g. a collector that does not answer. Default: nobody. */
  onDiagnostic?: (level: 'error' | 'warn', message: string) => void;
}

export interface Telemetry {
  /** The port of `/metrics`, where metrics are served. */
  readonly metricsPort?: number;
  /** Writes what is pending, waiting at most `timeoutMs` (default 5,000) for a collector, and stops. */
  shutdown(options?: { timeoutMs?: number }): Promise<void>;
}

/** Methods of the health and reflection services: probes come every few seconds and tell nothing of a request. */
const UNTRACED_METHODS = ['Check', 'Watch', 'ServerReflectionInfo'];

/**
 * Starts traces and metrics for this process and instruments gRPC. Call it once and before anything loads
 * `@grpc/grpc-js`, because the instrumentation patches that module when it is loaded. So a service's main reads:
 *
 * ```ts
 * import { startTelemetry } from '@gradsign/telemetry';
 * void (async () => {
 *   const telemetry = await startTelemetry({ … });
 *   const { serve } = await import('./serve.js'); // the first import that leads to grpc-js
 *   await serve(telemetry);
 * })();
 * ```
 *
 * @throws Error when grpc-js is already loaded, an option is out of range, or the metrics address cannot be bound.
 */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { samplingRatio = 1, onDiagnostic } = options;
  if (!(samplingRatio >= 0 && samplingRatio <= 1)) {
    throw new Error(`samplingRatio is ${samplingRatio}: it must be between 0 and 1`);
  }
  assertGrpcNotLoaded();
  if (onDiagnostic) {
    const report = (level: 'error' | 'warn') => (message: string, details?: unknown) =>
      onDiagnostic(level, details === undefined ? message : `${message} ${String(details)}`);
    const ignore = () => {};
    diag.setLogger(
      { error: report('error'), warn: report('warn'), info: ignore, debug: ignore, verbose: ignore },
      DiagLogLevel.WARN,
    );
  }

  // Loaded here because they cost a third of a second, which users of the API alone should not pay.
  const { NodeSDK, core, resources, tracing } = await import('@opentelemetry/sdk-node');
  const { GrpcInstrumentation } = await import('@opentelemetry/instrumentation-grpc');
  const { PrometheusExporter } = await import('@opentelemetry/exporter-prometheus');

  const metricReaders = [];
  let metricsServer: MetricsServer | undefined;
  if (options.prometheus) {
    const exporter = new PrometheusExporter({ preventServerStart: true, withoutScopeInfo: true });
    metricsServer = await serveMetrics(exporter, options.prometheus);
    metricReaders.push(exporter);
  }

  // Everything is given explicitly, empty lists included: what is absent the SDK takes from the environment.
  const sdk = new NodeSDK({
    autoDetectResources: false,
    resource: resources.resourceFromAttributes({
      [attributes.SERVICE_NAME]: options.serviceName,
      [attributes.SERVICE_VERSION]: options.serviceVersion,
      [attributes.SERVICE_INSTANCE_ID]: options.instanceId,
      [attributes.PROCESS_PID]: process.pid,
    }),
    textMapPropagator: new core.W3CTraceContextPropagator(),
    sampler: new tracing.ParentBasedSampler({ root: new tracing.TraceIdRatioBasedSampler(samplingRatio) }),
    spanProcessors: await spanProcessors(options),
    metricReaders,
    logRecordProcessors: [],
    instrumentations: [new GrpcInstrumentation({ ignoreGrpcMethods: UNTRACED_METHODS })],
  });
  sdk.start();
  return {
    metricsPort: metricsServer?.port,
    async shutdown({ timeoutMs = 5_000 } = {}) {
      await metricsServer?.close();
      let timer: NodeJS.Timeout | undefined;
      const expired = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs)));
      await Promise.race([sdk.shutdown(), expired]).finally(() => clearTimeout(timer));
    },
  };
}

async function spanProcessors(options: TelemetryOptions): Promise<tracing.SpanProcessor[]> {
  const { tracing } = await import('@opentelemetry/sdk-node');
  const processors: tracing.SpanProcessor[] = [];
  if (options.spanFile !== undefined) {
    const exporter = new SpanFileExporter({
      path: options.spanFile,
      maxBytes: options.spanFileMaxBytes ?? 32 * 1024 * 1024,
    });
    processors.push(new tracing.BatchSpanProcessor(exporter, { scheduledDelayMillis: 250 }));
  }
  if (options.otlpEndpoint !== undefined) {
    const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-grpc');
    processors.push(new tracing.BatchSpanProcessor(new OTLPTraceExporter({ url: options.otlpEndpoint })));
  }
  // Without any, the SDK would give spans no ids, and logs would have none either.
  return processors.length > 0 ? processors : [new tracing.NoopSpanProcessor()];
}

/** Too late a start gives no gRPC spans and no error: better to fail. */
function assertGrpcNotLoaded(): void {
  const loaded = Object.keys(require.cache).some((file) =>
    /@grpc[\\/]grpc-js[\\/]build[\\/]src[\\/]index\.js$/.test(file),
  );
  if (loaded) {
    throw new Error(
      '@grpc/grpc-js is already loaded: call startTelemetry first and import what uses gRPC afterwards, with import() or require()',
    );
  }
}
