import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SearchSpace } from '@gradsign/search-spaces';
import { BenchmarkExistsError, BenchmarkNameError, UnknownBenchmarkError } from './errors';
import { BenchmarkTable } from './table';
import { writeTable, type TableContents } from './table-writer';

const TABLE = 'table.arrow';
/** Holds files that are being written; no benchmark's name begins with a dot. */
const UNFINISHED = '.unfinished';
/** A file that nobody has written to for this long belongs to a process that died. */
const ABANDONED_AFTER_MS = 3_600_000;

/** Throws unless a benchmark may have this name. */
export function checkBenchmarkName(name: string): void {
  if (!/^[a-z0-9][a-z0-9._-]{0,62}$/.test(name)) {
    throw new BenchmarkNameError(name);
  }
}

interface OpenTable {
  readonly table: BenchmarkTable;
  /** Tells one file from another that has replaced it. */
  readonly identity: string;
}

/**
 * The benchmarks of a folder: `<root>/<name>/table.arrow`. A table becomes visible whole, by a rename, or not at all.
 */
export class BenchmarkStore {
  private readonly tables = new Map<string, OpenTable>();

  /** @param space finds a search space by its name */
  constructor(
    readonly root: string,
    private readonly space: (name: string) => SearchSpace,
  ) {}

  /** Names of the installed benchmarks, sorted. */
  list(): string[] {
    if (!existsSync(this.root)) {
      return [];
    }
    return readdirSync(this.root)
      .filter((name) => !name.startsWith('.') && existsSync(this.path(name)))
      .sort();
  }

  /**
   * The table of a benchmark, kept open. One that has been replaced or removed since stays readable to those who have
   * it.
   * @throws BenchmarkNameError, UnknownBenchmarkError
   * @throws TableFormatError when its file is damaged
   */
  open(name: string): BenchmarkTable {
    checkBenchmarkName(name);
    const status = statSync(this.path(name), { bigint: true, throwIfNoEntry: false });
    if (!status) {
      this.tables.delete(name);
      throw new UnknownBenchmarkError(name, this.list());
    }
    const identity = `${status.dev} ${status.ino} ${status.mtimeNs}`;
    const known = this.tables.get(name);
    if (known?.identity === identity) {
      return known.table;
    }
    const table = BenchmarkTable.open(this.path(name), this.space);
    this.tables.set(name, { table, identity });
    return table;
  }

  /**
   * Installs a table under the name in its `info`.
   * @throws BenchmarkNameError
   * @throws BenchmarkExistsError unless `replace`
   */
  async publish(contents: TableContents, { replace = false } = {}): Promise<void> {
    const name = contents.info.benchmark;
    this.checkFree(name, replace);
    const unfinished = join(this.root, UNFINISHED);
    await mkdir(unfinished, { recursive: true });
    await removeAbandoned(unfinished);
    const path = join(unfinished, `${name}-${randomUUID()}`);
    try {
      await writeTable(path, contents);
      this.checkFree(name, replace);
      await mkdir(join(this.root, name), { recursive: true });
      await rename(path, this.path(name));
      await syncFolder(join(this.root, name));
      await syncFolder(this.root);
    } finally {
      await rm(path, { force: true });
    }
  }

  /**
   * Throws when `publish` would.
   * @throws BenchmarkNameError, BenchmarkExistsError
   */
  checkFree(name: string, replace: boolean): void {
    checkBenchmarkName(name);
    if (!replace && existsSync(this.path(name))) {
      throw new BenchmarkExistsError(name);
    }
  }

  /** @throws BenchmarkNameError, UnknownBenchmarkError */
  async remove(name: string): Promise<void> {
    checkBenchmarkName(name);
    if (!existsSync(this.path(name))) {
      throw new UnknownBenchmarkError(name, this.list());
    }
    this.tables.delete(name);
    await unlink(this.path(name));
    await rmdir(join(this.root, name));
  }

  /** Closes all tables; they must not be used afterwards. */
  close(): void {
    for (const { table } of this.tables.values()) {
      table.close();
    }
    this.tables.clear();
  }

  private path(name: string): string {
    return join(this.root, name, TABLE);
  }
}

async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const status = await stat(path).catch(() => undefined);
    if (status && Date.now() - status.mtimeMs > ABANDONED_AFTER_MS) {
      await rm(path, { force: true });
    }
  }
}

/** Waits until a folder's entries are on the disk. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
