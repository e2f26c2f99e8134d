import type { DestinationStream } from 'pino';

/** Rewrites JSON log lines as `12:30:01.250 WARN scorer: message key=value …`, a stack on lines of its own. */
export function prettyStream(destination: DestinationStream): DestinationStream {
  return { write: (line) => destination.write(prettyLine(JSON.parse(line) as Record<string, unknown>)) };
}

function prettyLine(entry: Record<string, unknown>): string {
  const { time, level, service, message, err, ...rest } = entry;
  const fields = Object.entries(rest).map(([key, value]) => ` ${key}=${text(value)}`);
  const { stack, message: reason } = (err ?? {}) as { stack?: string; message?: string };
  const head = `${String(time).slice(11, 23)} ${String(level).toUpperCase()} ${text(service)}: `;
  const trace = stack ?? reason;
  return `${head}${text(message ?? reason ?? '')}${fields.join('')}\n${trace === undefined ? '' : `${trace}\n`}`;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
