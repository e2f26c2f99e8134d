import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/** Values by proxy; −∞, ∞ and NaN survive the file. */
export type Values = Readonly<Record<string, number>>;

interface Line {
  readonly commit: string;
  readonly run: string;
  readonly architecture: string;
  readonly values: Readonly<Record<string, string>>;
}

/**
 * Every score that a long bar has computed, a line an architecture, written as it comes: a run that is cut goes on
 * where it was. Lines of another commit are dropped.
 */
export class ScoreJournal {
  private readonly runs = new Map<string, Map<string, Values>>();

  constructor(
    private readonly file: string,
    private readonly commit: string,
  ) {
    const lines = existsSync(file) ? completeLines(readFileSync(file, 'utf8')) : [];
    const kept = lines.filter((line) => line.commit === commit);
    writeFileSync(file, kept.map((line) => `${JSON.stringify(line)}\n`).join(''));
    for (const { run, architecture, values } of kept) this.keep(run, architecture, numbers(values));
  }

  /** What a run has so far, by architecture. */
  of(run: string): ReadonlyMap<string, Values> {
    return this.runs.get(run) ?? new Map();
  }

  add(run: string, architecture: string, values: Values): void {
    const texts = Object.fromEntries(Object.entries(values).map(([proxy, value]) => [proxy, String(value)]));
    const line: Line = { commit: this.commit, run, architecture, values: texts };
    appendFileSync(this.file, `${JSON.stringify(line)}\n`);
    this.keep(run, architecture, values);
  }

  /** The bar is done: the next one computes everything again. */
  remove(): void {
    rmSync(this.file, { force: true });
  }

  private keep(run: string, architecture: string, values: Values): void {
    const known = this.runs.get(run) ?? new Map<string, Values>();
    this.runs.set(run, known.set(architecture, values));
  }
}

/** The last line may have been cut. */
function completeLines(text: string): Line[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

function numbers(values: Line['values']): Values {
  return Object.fromEntries(Object.entries(values).map(([proxy, text]) => [proxy, Number(text)]));
}
