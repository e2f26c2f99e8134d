import { isSpanContextValid, trace } from '@opentelemetry/api';
import pino from 'pino';
import type { DestinationStream, Logger } from 'pino';
import { prettyStream } from './pretty-log';

export type { Logger } from 'pino';

export interface LoggerOptions {
  /** Name of the service, in every line. */
  service: string;
  level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** One readable line per entry instead of JSON: for a person at a terminal. Default: false. */
  pretty?: boolean;
}

/** Keys whose values never reach a log, at the top of an entry and up to two levels below. */
const SECRET_KEYS = [
  'password',
  'passwd',
  'secret',
  'token',
  'apiKey',
  'authorization',
  'Authorization',
  'cookie',
  'privateKey',
  'databaseUrl',
  'DATABASE_URL',
];

/** User and password of a URL anywhere in a line, as in a connection error's message. */
const URL_CREDENTIALS = /([a-z][a-z0-9+.-]*:\/\/)[^\s/@"\\]+@/gi;

/**
 * Logs JSON lines to standard error, or to `destination`. A line written inside a span carries its `trace_id` and
 * `span_id`. Secrets are replaced by `[redacted]`: values under well-known keys, and credentials in URLs.
 */
export function createLogger(options: LoggerOptions, destination: DestinationStream = pino.destination(2)): Logger {
  return pino(
    {
      level: options.level,
      base: { service: options.service },
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      mixin: activeSpanIds,
      redact: {
        paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]),
        censor: '[redacted]',
      },
      hooks: { streamWrite: (line) => line.replace(URL_CREDENTIALS, '$1[redacted]@') },
    },
    options.pretty ? prettyStream(destination) : destination,
  );
}

function activeSpanIds(): object {
  const span = trace.getActiveSpan()?.spanContext();
  return span && isSpanContextValid(span) ? { trace_id: span.traceId, span_id: span.spanId } : {};
}
