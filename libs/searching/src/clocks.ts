/** The clock that a search's budget is measured on. */
export interface Clock {
  /** Seconds charged so far. */
  readonly seconds: number;
  /** Whether trials end in the order of `release`, whatever the order in which their results come. */
  readonly simulated: boolean;
  /** Runs work whose real time may count. */
  measure<T>(work: () => Promise<T>): Promise<T>;
  /** Waits for the moment at which a trial ends that began at `begin` and is charged so many seconds. */
  arrive(trial: number, begin: number, charged: number): Promise<void>;
  /** Lets the next trial arrive; its number. Undefined when none waits. */
  release(): number | undefined;
}

interface Arrival {
  readonly trial: number;
  readonly time: number;
  readonly resolve: () => void;
}

/**
 * The clock of parallel workers whose trials take as long as they are charged: trials arrive in the order in which
 * they end, ties by number. So the order in which real answers come makes no difference.
 */
export class SimulatedClock implements Clock {
  seconds = 0;
  readonly simulated = true;
  private readonly arrivals: Arrival[] = [];

  measure<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }

  arrive(trial: number, begin: number, charged: number): Promise<void> {
    return new Promise((resolve) => {
      this.arrivals.push({ trial, time: begin + charged, resolve });
      this.arrivals.sort((a, b) => a.time - b.time || a.trial - b.trial);
    });
  }

  release(): number | undefined {
    const first = this.arrivals.shift();
    if (!first) return undefined;
    this.seconds = first.time;
    first.resolve();
    return first.trial;
  }
}

/** The sum of what its trials are charged: for trials that someone else runs, at times that nobody here knows. */
export class SumClock implements Clock {
  seconds = 0;
  readonly simulated = false;

  measure<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }

  async arrive(_trial: number, _begin: number, charged: number): Promise<void> {
    this.seconds += charged;
  }

  release(): undefined {
    return undefined;
  }
}

/** Real time while any measured work runs: it stands still in a pause once the running trials have ended. */
export class RealClock implements Clock {
  readonly simulated = false;
  private elapsed = 0;
  private running = 0;
  private since = 0;

  constructor(private readonly now: () => Date) {}

  get seconds(): number {
    return this.elapsed + (this.running > 0 ? (this.now().getTime() - this.since) / 1000 : 0);
  }

  async measure<T>(work: () => Promise<T>): Promise<T> {
    if (this.running++ === 0) this.since = this.now().getTime();
    try {
      return await work();
    } finally {
      const { seconds } = this;
      if (--this.running === 0) this.elapsed = seconds;
    }
  }

  async arrive(): Promise<void> {}

  release(): undefined {
    return undefined;
  }
}
