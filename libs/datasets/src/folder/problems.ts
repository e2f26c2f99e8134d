import { DatasetError } from '@gradsign/dataset';

/** Problems that an error tells of; the rest is counted. */
const TOLD = 10;

/** What is wrong with a folder, collected so that all of it is told at once. */
export class Problems {
  private readonly all: string[] = [];

  /** @param folder path of the folder, for the error */
  constructor(private readonly folder: string) {}

  /** @param path relative to the folder */
  add(path: string, rule: string): void {
    this.all.push(`${JSON.stringify(path)} ${rule}`);
  }

  /** @throws DatasetError with the first problems by name, where there are any. */
  throwIfAny(): void {
    if (this.all.length === 0) return;
    const told = this.all.toSorted().slice(0, TOLD);
    const rest = this.all.length > TOLD ? [`and ${this.all.length - TOLD} more`] : [];
    throw new DatasetError('folder', this.folder, `cannot be used as it is: ${[...told, ...rest].join('; ')}`);
  }
}
