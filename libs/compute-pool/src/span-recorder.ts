import { AsyncLocalStorage } from 'node:async_hooks';
import type { SpanRecord } from '@gradsign/telemetry';

export type SpanAttributes = SpanRecord['attributes'];

/** A span while it runs. */
export interface ActiveSpan {
  setAttributes(attributes: SpanAttributes): void;
}

/** Records spans as plain data, nested by the asynchronous calls that they are made in. */
export class SpanRecorder {
  readonly records: SpanRecord[] = [];
  readonly #parent = new AsyncLocalStorage<string>();
  #count = 0;

  /** Runs `fn` in a span, which ends when `fn` has settled; what it throws marks the span and is thrown on. */
  async span<T>(name: string, attributes: SpanAttributes, fn: (span: ActiveSpan) => T | Promise<T>): Promise<T> {
    const id = String(++this.#count);
    const parentId = this.#parent.getStore();
    const startTimeUnixNano = unixNanoNow();
    let all = attributes;
    const end = (status: SpanRecord['status']) =>
      this.records.push({
        id,
        ...(parentId !== undefined && { parentId }),
        pid: process.pid,
        name,
        startTimeUnixNano,
        endTimeUnixNano: unixNanoNow(),
        attributes: all,
        status,
      });
    try {
      const value = await this.#parent.run(id, () => fn({ setAttributes: (more) => void (all = { ...all, ...more }) }));
      end({ code: 'ok' });
      return value;
    } catch (error) {
      end({ code: 'error', message: error instanceof Error ? error.message : String(error) });
      throw error;
    }
  }
}

/** Wall clock with the microseconds of the monotonic one. */
function unixNanoNow(): bigint {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1_000)) * 1_000n;
}
