import { processTree, residentMb } from './processes';

/** One look at the processes under a root. */
export interface ResidentSample {
  /** Seconds since the sampling began. */
  readonly seconds: number;
  /** Resident memory in MB by process id. */
  readonly mb: ReadonlyMap<number, number>;
}

/** Looks at the resident memory of a process and all its descendants again and again, until it is stopped. */
export class ResidentSampler {
  readonly samples: ResidentSample[] = [];
  private readonly started = performance.now();
  private readonly timer: NodeJS.Timeout;

  constructor(root: number, intervalMs: number) {
    this.timer = setInterval(() => this.samples.push(this.look(root)), intervalMs);
  }

  /** Seconds since the sampling began. */
  now(): number {
    return (performance.now() - this.started) / 1000;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(root: number): ResidentSample {
    const mb = new Map<number, number>();
    for (const pid of processTree(root)) {
      const resident = residentOf(pid);
      if (resident !== undefined) mb.set(pid, resident);
    }
    return { seconds: this.now(), mb };
  }
}

function residentOf(pid: number): number | undefined {
  try {
    return residentMb(pid, 'VmRSS');
  } catch {
    return undefined; // It ended meanwhile.
  }
}
