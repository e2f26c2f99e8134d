import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readScoreTable, ScoreTableError } from './file';
import type { ScoreColumn, ScoreTable } from './score-table';

/** Folder of the tables that come with the product. */
export const SHIPPED_SCORES = join(__dirname, '..', 'data');

const EXTENSION = '.arrow';

interface Opened {
  readonly table: ScoreTable;
  /** Tells one file from another that has replaced it. */
  readonly identity: string;
}

/** The score tables of some folders, read when something is first looked up, and again when a file has changed. */
export class ScoreTables {
  private opened: ReadonlyMap<string, Opened> = new Map();

  /**
   * @param folders those that are absent hold nothing
   * @param onBadFile hears of a file that is no score table; it is left out
   */
  constructor(
    private readonly folders: readonly string[],
    private readonly onBadFile: (error: ScoreTableError) => void = () => {},
  ) {}

  /** The score of an architecture with exactly the settings of a key; see `columnKey`. */
  find(key: string, architecture: string): { readonly column: ScoreColumn; readonly row: number } | undefined {
    for (const { table } of this.opened.values()) {
      const column = table.column(key);
      const row = column && table.row(architecture);
      if (row !== undefined) return { column: column!, row };
    }
    return undefined;
  }

  /** Looks at the folders again. Cheap while nothing has changed. */
  refresh(): void {
    const paths = this.folders.flatMap((folder) =>
      existsSync(folder)
        ? readdirSync(folder)
            .filter((name) => name.endsWith(EXTENSION))
            .map((name) => join(folder, name))
        : [],
    );
    this.opened = new Map(paths.flatMap((path) => this.open(path)));
  }

  private open(path: string): [string, Opened][] {
    const { ino, size, mtimeMs } = statSync(path);
    const identity = `${ino} ${size} ${mtimeMs}`;
    const known = this.opened.get(path);
    if (known?.identity === identity) return [[path, known]];
    try {
      return [[path, { table: readScoreTable(path), identity }]];
    } catch (error) {
      if (!(error instanceof ScoreTableError)) throw error;
      this.onBadFile(error);
      return [];
    }
  }
}
