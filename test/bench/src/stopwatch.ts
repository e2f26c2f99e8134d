/** Adds up what stages of a computation take; at any moment one stage is running. */
export class Stopwatch<Stage extends string> {
  readonly spent: Record<Stage, number>;
  private running: Stage;
  private since: number;

  /** `clock`: the time in a unit of the caller's choice, which is that of `spent`. */
  constructor(
    stages: readonly [Stage, ...Stage[]],
    private readonly clock: () => number,
  ) {
    this.spent = Object.fromEntries(stages.map((stage) => [stage, 0])) as Record<Stage, number>;
    this.running = stages[0];
    this.since = clock();
  }

  /** Ends the running stage and starts another, or goes on with it. */
  enter(stage: Stage): void {
    const now = this.clock();
    this.spent[this.running] += now - this.since;
    [this.running, this.since] = [stage, now];
  }
}
