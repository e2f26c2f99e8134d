/** How many findings of a kind are told one by one; all are counted. */
const MAX_LISTED = 20;

/** Something in the source that did not make it into the table, or was not there. */
export interface Finding {
  /** Line of a text, or record of another file, from 1. */
  readonly line: number;
  /** The column, or the field of a record. */
  readonly column: string;
  readonly value: string;
  readonly rule: string;
}

/** The first 20 findings of a kind, and how many there are. */
export interface Findings {
  readonly count: number;
  readonly listed: readonly Finding[];
}

/** What an import found. */
export interface ImportReport {
  readonly benchmark: string;
  readonly source: { readonly file: string; readonly sha256: string };
  /** Lines with data. */
  readonly lines: number;
  readonly architectures: number;
  /** Rows of the table. */
  readonly rows: number;
  /** Lines left out because their architecture is not one of the space. */
  readonly unknownArchitectures: Findings;
  /** Data sets left out because the benchmark is not known to have them: the first record of each. */
  readonly unknownDatasets: Findings;
  /** Rows left out because the same architecture was there before with the same dimensions. */
  readonly duplicateRows: Findings;
  /** Cells taken as missing because their accuracy is not between 0 and 100. */
  readonly accuraciesOutOfRange: Findings;
  /** Cells without a number. */
  readonly missingCells: Findings;
}

export type FindingKind =
  'unknownArchitectures' | 'unknownDatasets' | 'duplicateRows' | 'accuraciesOutOfRange' | 'missingCells';

/** Takes what a reader finds. */
export interface FindingSink {
  add(kind: FindingKind, finding: Finding): void;
}

/** Counts findings and keeps the first ones. */
export class FindingCollector implements FindingSink {
  private readonly findings: Record<FindingKind, { count: number; listed: Finding[] }> = {
    unknownArchitectures: { count: 0, listed: [] },
    unknownDatasets: { count: 0, listed: [] },
    duplicateRows: { count: 0, listed: [] },
    accuraciesOutOfRange: { count: 0, listed: [] },
    missingCells: { count: 0, listed: [] },
  };

  add(kind: FindingKind, finding: Finding): void {
    const own = this.findings[kind];
    own.count++;
    if (own.listed.length < MAX_LISTED) {
      own.listed.push({ ...finding, value: finding.value.slice(0, 200) });
    }
  }

  get all(): Readonly<Record<FindingKind, Findings>> {
    return this.findings;
  }
}
