import { open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ServiceError, Training, TrainingState } from '@gradsign/contracts';
import { syncFolder } from './sync-folder';

/** An ended training as it is kept. */
export interface TrainingRecord {
  /** See `trainingIdentity`. */
  readonly identity: string;
  /** Keys of the requests that started it, or joined it while it ran. */
  readonly requests: readonly string[];
  readonly training: Training;
}

const ENDED: readonly TrainingState[] = [
  TrainingState.TRAINING_STATE_SUCCEEDED,
  TrainingState.TRAINING_STATE_FAILED,
  TrainingState.TRAINING_STATE_CANCELLED,
];

/** Whether a training has come to its end. */
export const hasEnded = ({ state }: Training): boolean => ENDED.includes(state);

/** An append-only file with one line of JSON for each ended training, in the order of their ends. */
export class TrainingLog {
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly file: FileHandle,
    /** Bytes of the whole lines. */
    private size: number,
  ) {}

  /**
   * Opens the file for its only owner. A last line without its end was torn by the death of its writer, who had told
   * nobody of it: it is ignored, and overwritten.
   * @throws ServiceError DATA_LOSS naming a line that is damaged in any other way.
   */
  static async open(path: string): Promise<{ log: TrainingLog; records: TrainingRecord[] }> {
    await (await open(path, 'a')).close();
    // Not for appending: a torn line is overwritten.
    const file = await open(path, 'r+');
    try {
      await syncFolder(dirname(path));
      const bytes = await file.readFile();
      const size = bytes.lastIndexOf('\n') + 1;
      await file.truncate(size);
      const lines = bytes.subarray(0, size).toString('utf8').split('\n').slice(0, -1);
      const records = lines.map((line, i) => parseLine(line, `${path}, line ${i + 1}`));
      return { log: new TrainingLog(file, size), records };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Adds a line, safe from a loss of power when it returns. */
  append(record: TrainingRecord): Promise<void> {
    const write = this.last.then(() => this.write(formatLine(record)));
    // A line that could not be written is overwritten by the next one.
    this.last = write.catch(() => {});
    return write;
  }

  /** Waits for what is being written. */
  async close(): Promise<void> {
    await this.last;
    await this.file.close();
  }

  private async write(line: string): Promise<void> {
    const bytes = Buffer.from(line);
    await this.file.truncate(this.size);
    for (let done = 0; done < bytes.length;) {
      done += (await this.file.write(bytes, done, bytes.length - done, this.size + done)).bytesWritten;
    }
    await this.file.sync();
    this.size += bytes.length;
  }
}

function formatLine({ identity, requests, training }: TrainingRecord): string {
  const line = { identity, requests, training: Training.toJSON(training) };
  // JSON has no other place for the losses of a training that diverged; protobuf's JSON writes them like this, too.
  const finite = (_: string, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  return `${JSON.stringify(line, finite)}\n`;
}

function parseLine(line: string, where: string): TrainingRecord {
  try {
    const { identity, requests, training } = JSON.parse(line) as Partial<Record<keyof TrainingRecord, unknown>>;
    const record = { identity, requests, training: Training.fromJSON(training) } as TrainingRecord;
    const whole =
      typeof identity === 'string' &&
      Array.isArray(requests) &&
      requests.every((key) => typeof key === 'string') &&
      record.training.name !== '' &&
      hasEnded(record.training);
    if (whole) return record;
  } catch {
    // Told below, like a line of another form.
  }
  throw new ServiceError('DATA_LOSS', `${where} is damaged: it is not the record of an ended training`, {
    reason: 'RECORD_DAMAGED',
  });
}
