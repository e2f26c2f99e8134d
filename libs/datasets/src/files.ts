import { readFileSync, statSync } from 'node:fs';
import { DatasetError } from '@gradsign/dataset';

/** @throws DatasetError naming the path when the file cannot be read. */
export function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new DatasetError('file', path, `cannot be read (${(cause as NodeJS.ErrnoException).code})`, { cause });
  }
}

/** The file's size in bytes, undefined where there is no such file. */
export function fileSize(path: string): number | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() ? stats.size : undefined;
}

/** @throws DatasetError unless `dataDir` is a folder. */
export function checkDataDir(dataDir: string): void {
  if (!statSync(dataDir, { throwIfNoEntry: false })?.isDirectory()) {
    throw new DatasetError('dataDir', dataDir, 'there is no such folder');
  }
}
