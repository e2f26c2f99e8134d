import { ServiceError, type TrialProgress, type WatchSearchResponse } from '@gradsign/contracts';
import { isTerminal } from './states';

/** What happened, as the log keeps it. */
export type KeptEvent = Extract<WatchSearchResponse['event'], { $case: 'search' | 'trial' }>;

/**
 * A search's events in order. Watchers read the log by position, so that a slow one holds up nobody and needs no buffer
 * of its own. Progress is not kept: it reaches those who have read everything and wait.
 */
export class EventLog {
  private readonly events: WatchSearchResponse[] = [];
  private readonly waiting = new Set<(progress?: WatchSearchResponse) => void>();
  private closed = false;

  /** @param search the search's name; cursors are good for its log only */
  constructor(private readonly search: string) {}

  append(event: KeptEvent, time: Date): void {
    this.events.push({ cursor: this.cursor(this.events.length + 1), time, event });
    this.wake();
  }

  /** Tells watchers that wait how far a trial is. */
  progress(value: TrialProgress, time: Date): void {
    this.wake({ cursor: this.cursor(this.events.length), time, event: { $case: 'progress', value } });
  }

  /** Ends all watches: the server stops. */
  close(): void {
    this.closed = true;
    this.wake();
  }

  /**
   * The position after a cursor. Empty: the first event's.
   * @throws ServiceError INVALID_ARGUMENT when it is not a cursor of this log.
   */
  position(cursor: string): number {
    if (cursor === '') return 0;
    const position = Number(Buffer.from(cursor, 'base64url').toString().split(' ')[1]);
    if (position >= 1 && position <= this.events.length && this.cursor(position) === cursor) return position;
    throw ServiceError.invalid('cursor', `"${cursor}" is not a cursor of ${this.search}; a watch's events carry them`);
  }

  /**
   * Events from a position on: first those that have happened, then those that happen, until the search's end or until
   * `signal` is aborted.
   * @throws ServiceError UNAVAILABLE when the log is closed before the search's end.
   */
  async *watch(position: number, signal?: AbortSignal): AsyncGenerator<WatchSearchResponse> {
    while (!signal?.aborted) {
      if (position < this.events.length) {
        yield this.events[position++];
      } else if (this.ended) {
        return;
      } else if (this.closed) {
        throw new ServiceError('UNAVAILABLE', 'the server is stopping', { reason: 'STOPPING' });
      } else {
        const progress = await this.next(signal);
        if (progress) yield progress;
      }
    }
  }

  /** Whether the last event is the search's end. */
  private get ended(): boolean {
    const event = this.events.at(-1)?.event;
    return event?.$case === 'search' && isTerminal(event.value.state);
  }

  /** Waits for something new; its value is progress, or undefined for an event in the log. */
  private next(signal?: AbortSignal): Promise<WatchSearchResponse | undefined> {
    return new Promise((resolve) => {
      const done = (progress?: WatchSearchResponse) => {
        this.waiting.delete(done);
        signal?.removeEventListener('abort', aborted);
        resolve(progress);
      };
      const aborted = () => done();
      this.waiting.add(done);
      signal?.addEventListener('abort', aborted);
    });
  }

  private wake(progress?: WatchSearchResponse): void {
    for (const done of [...this.waiting]) done(progress);
  }

  private cursor(position: number): string {
    return Buffer.from(`${this.search} ${position}`).toString('base64url');
  }
}
