import { createReadStream } from 'node:fs';
import { appendFile, mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Attributes, HrTime } from '@opentelemetry/api';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { tracing } from '@opentelemetry/sdk-node';
import { attributes } from './attributes';

/** One line of a span file. Times are decimal strings of nanoseconds since the Unix epoch, as in OTLP's JSON. */
export interface SpanLine {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  status: { code: 'unset' | 'ok' | 'error'; message?: string };
  attributes: Attributes;
  events?: { name: string; timeUnixNano: string; attributes: Attributes }[];
  service: string;
  instanceId: string;
}

export interface SpanFileOptions {
  path: string;
  /** Size at which the file is renamed to `<path>.1`, whose earlier content is dropped. Twice this stays on disk. */
  maxBytes: number;
}

/** Writes finished spans to a file as JSON lines. One process writes to one file. */
export class SpanFileExporter implements tracing.SpanExporter {
  readonly #options: SpanFileOptions;
  #bytes = 0;
  #written: Promise<void>;

  constructor(options: SpanFileOptions) {
    this.#options = options;
    this.#written = this.#open();
    // Export reports the failure; without this, a folder that cannot be written would be an unhandled rejection.
    this.#written.catch(() => {});
  }

  export(spans: tracing.ReadableSpan[], done: (result: { code: number; error?: Error }) => void): void {
    const text = spans.map((span) => `${JSON.stringify(spanLine(span))}\n`).join('');
    this.#written = this.#written.then(() => this.#append(text));
    this.#written.then(
      () => done({ code: 0 }),
      (error: Error) => done({ code: 1, error }),
    );
  }

  forceFlush(): Promise<void> {
    return this.#written;
  }

  shutdown(): Promise<void> {
    return this.#written;
  }

  async #open(): Promise<void> {
    await mkdir(dirname(this.#options.path), { recursive: true });
    const file = await open(this.#options.path, 'a+');
    try {
      this.#bytes = (await file.stat()).size;
      if (this.#bytes === 0) return;
      // A process that was killed may have left half a line: what follows must not become part of it.
      const { buffer } = await file.read(Buffer.alloc(1), 0, 1, this.#bytes - 1);
      if (buffer[0] !== 0x0a) this.#bytes += (await file.write('\n')).bytesWritten;
    } finally {
      await file.close();
    }
  }

  async #append(text: string): Promise<void> {
    const { path, maxBytes } = this.#options;
    const length = Buffer.byteLength(text);
    if (this.#bytes > 0 && this.#bytes + length > maxBytes) {
      await rename(path, `${path}.1`);
      this.#bytes = 0;
    }
    await appendFile(path, text);
    this.#bytes += length;
  }
}

/** The spans of a span file, the rotated part first. Lines that a killed process left unfinished are skipped. */
export async function* readSpanFile(path: string): AsyncGenerator<SpanLine> {
  for (const part of [`${path}.1`, path]) {
    try {
      for await (const line of createInterface({ input: createReadStream(part), crlfDelay: Infinity })) {
        const span = parseLine(line);
        if (span) yield span;
      }
    } catch (error) {
      if (part === path || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

function parseLine(line: string): SpanLine | undefined {
  try {
    return JSON.parse(line) as SpanLine;
  } catch {
    return undefined;
  }
}

function spanLine(span: tracing.ReadableSpan): SpanLine {
  const { traceId, spanId } = span.spanContext();
  const { message } = span.status;
  return {
    traceId,
    spanId,
    ...(span.parentSpanContext && { parentSpanId: span.parentSpanContext.spanId }),
    name: span.name,
    kind: SpanKind[span.kind].toLowerCase() as SpanLine['kind'],
    startTimeUnixNano: unixNano(span.startTime),
    endTimeUnixNano: unixNano(span.endTime),
    status: {
      code: SpanStatusCode[span.status.code].toLowerCase() as SpanLine['status']['code'],
      ...(message && { message }),
    },
    attributes: span.attributes,
    ...(span.events.length > 0 && {
      events: span.events.map((event) => ({
        name: event.name,
        timeUnixNano: unixNano(event.time),
        attributes: event.attributes ?? {},
      })),
    }),
    service: String(span.resource.attributes[attributes.SERVICE_NAME]),
    instanceId: String(span.resource.attributes[attributes.SERVICE_INSTANCE_ID]),
  };
}

function unixNano([seconds, nanos]: HrTime): string {
  return String(BigInt(seconds) * 1_000_000_000n + BigInt(nanos));
}
