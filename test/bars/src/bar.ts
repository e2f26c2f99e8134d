/** A promise of the product that is measured: each bar is one file in `bars/`. */
export interface Bar {
  readonly name: string;
  /** One sentence: what is measured and what it must reach. */
  readonly description: string;
  /** @throws Skipped when this machine lacks what the bar needs. */
  run(context: BarContext): Promise<BarOutcome>;
}

export interface BarContext {
  /** 1 for the full size, 0.1 for a tenth: the number of architectures, seeds and repeats shrinks with it. */
  readonly scale: number;
  /** A folder of this run alone; it is removed afterwards. */
  readonly folder: string;
  /** The folder of the figures, for what a run that was cut goes on from. */
  readonly out: string;
  /** Tells how far the run is. */
  log(line: string): void;
}

export interface BarOutcome {
  readonly checks: readonly Check[];
  /** Everything that was measured. */
  readonly figures: Readonly<Record<string, unknown>>;
}

/** One measured value against its threshold. */
export interface Check {
  readonly what: string;
  readonly value: number;
  readonly threshold: string;
  readonly passed: boolean;
}

export function atLeast(what: string, value: number, bound: number): Check {
  return { what, value, threshold: `≥ ${bound}`, passed: value >= bound };
}

export function atMost(what: string, value: number, bound: number): Check {
  return { what, value, threshold: `≤ ${bound}`, passed: value <= bound };
}

/** Thrown when a bar cannot run here, with the reason. */
export class Skipped extends Error {
  override readonly name = 'Skipped';
}
