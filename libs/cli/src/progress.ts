import { SingleBar } from 'cli-progress';

/** A progress bar on stderr; silent unless stderr is a terminal. */
export interface Progress {
  /** `total` replaces the one that it was made with. */
  update(done: number, total?: number): void;
  stop(): void;
}

export function createProgress(title: string, total: number): Progress {
  if (!process.stderr.isTTY) return { update: () => undefined, stop: () => undefined };
  const bar = new SingleBar({
    format: `${title} {bar} {value}/{total} · {eta_formatted} left`,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
  });
  bar.start(total, 0);
  return {
    update: (done, total) => {
      if (total !== undefined) bar.setTotal(total);
      bar.update(done);
    },
    stop: () => bar.stop(),
  };
}
