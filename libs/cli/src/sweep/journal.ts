import {
  createReadStream,
  existsSync,
  openSync,
  closeSync,
  ftruncateSync,
  fsyncSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { createInterface } from 'node:readline';
import { ServiceError } from '@gradsign/contracts';

/** One architecture's scores, by the order of the sweep's proxies: value, weights, nanCount, seconds. */
export type JournalScores = readonly (readonly [
  value: number | string,
  weights: number,
  nanCount: number,
  seconds: number,
])[];

const SYNC_EVERY_MS = 2_000;

/**
 * What a sweep has done so far, one JSON line an architecture, so that it goes on after it was broken off. The first
 * line is what the sweep is about; another sweep does not go on with it.
 */
export class SweepJournal {
  private lastSync = Date.now();

  private constructor(
    private readonly path: string,
    private readonly file: number,
    /** What had been done when it was opened, by the architectures' indices. */
    readonly done: ReadonlyMap<number, JournalScores>,
  ) {}

  /** @throws ServiceError FAILED_PRECONDITION when the file belongs to another sweep. */
  static async open(path: string, about: string): Promise<SweepJournal> {
    const done = new Map<number, JournalScores>();
    let length = 0;
    if (existsSync(path)) {
      let first = true;
      for await (const line of createInterface(createReadStream(path))) {
        const entry = parse(line);
        // A line that was broken off is the last one, and written anew.
        if (entry === undefined) break;
        if (first && JSON.stringify(entry) !== about) {
          const sentence = `${path} belongs to a sweep with other settings; finish that one, or remove the file`;
          throw new ServiceError('FAILED_PRECONDITION', sentence, { reason: 'OTHER_SWEEP' });
        }
        if (!first) done.set(...(entry as [number, JournalScores]));
        first = false;
        length += Buffer.byteLength(line) + 1;
      }
    }
    const file = openSync(path, existsSync(path) ? 'r+' : 'w');
    ftruncateSync(file, length);
    const journal = new SweepJournal(path, file, done);
    journal.position = length;
    if (length === 0) journal.write(about);
    return journal;
  }

  private position = 0;

  add(index: number, scores: JournalScores): void {
    this.write(JSON.stringify([index, scores]));
    if (Date.now() - this.lastSync < SYNC_EVERY_MS) return;
    fsyncSync(this.file);
    this.lastSync = Date.now();
  }

  close(): void {
    closeSync(this.file);
  }

  /** When the table has everything. */
  remove(): void {
    rmSync(this.path, { force: true });
  }

  private write(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    writeSync(this.file, bytes, 0, bytes.length, this.position);
    this.position += bytes.length;
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
