import { ImportError } from '../errors';
import { sourceFile, type SourceFile } from './source-file';
import type { ImportSource } from './source';

/** What an importer says of a file. */
export interface FileContents extends Pick<ImportSource, 'space' | 'description' | 'notes' | 'read'> {
  readonly anchors?: ImportSource['anchors'];
  /** Default: empty. */
  readonly version?: string;
  /** What is wrong with a file that has no unit. */
  readonly empty: string;
}

/**
 * Opens a source that is one file with records of an architecture anywhere. Its first unit is read, which tells whether
 * it is such a file at all.
 * @throws ImportError where there is no such file, or it does not hold the format
 */
export async function openFileSource(
  path: string,
  contents: (file: SourceFile) => FileContents,
): Promise<ImportSource> {
  const file = await sourceFile(path);
  const { empty, anchors = [], version = '', ...facts } = contents(file);
  const source: ImportSource = {
    ...facts,
    version,
    anchors,
    files: [path],
    totalBytes: file.bytes,
    grouped: false,
    close: async () => undefined,
  };
  for await (const _ of source.read(0)) return source;
  throw new ImportError({ file: file.name }, empty);
}
