import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ServiceError } from '@gradsign/contracts';
import type { ImageFolder, NpyFiles } from '@gradsign/datasets';
import { z } from 'zod';

/** @throws ServiceError INVALID_ARGUMENT unless the text may follow `folder:` or `npy:`. */
export function checkDatasetName(name: string, field: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) return name;
  const rule = 'a name has 1 to 64 letters, digits, dots, hyphens and underscores, the first a letter or digit';
  throw ServiceError.invalid(field, `${JSON.stringify(name.slice(0, 100))} is not the name of a data set: ${rule}`);
}

const extent = z.number().int().min(4).max(1024);
const folderSchema = z.strictObject({
  path: z.string().min(1),
  imageSize: z.union([extent, z.tuple([extent, extent])]).optional(),
  channels: z.union([z.literal(1), z.literal(3)]).optional(),
});
const npySchema = z.strictObject({
  inputs: z.string().min(1),
  labels: z.string().min(1),
  classes: z.number().int().min(2),
  classNames: z.array(z.string()).optional(),
});

/** Data sets of one's own by kind, by their names without it. */
export interface ListedDatasets {
  readonly npy: ReadonlyMap<string, NpyFiles>;
  readonly folders: ReadonlyMap<string, ImageFolder>;
}

/**
 * Reads a JSON file that lists data sets of one's own: an object with, for each name, `folder:<name>` (`path`;
 * `imageSize`, one number or height and width; `channels`) or `npy:<name>` (`inputs`, `labels`, `classes`;
 * `classNames`). Paths are relative to the file's folder.
 * @throws ServiceError INVALID_ARGUMENT naming the file, the data set and the rule.
 */
export function readDatasetsFile(path: string): ListedDatasets {
  const fail = (rule: string): never => {
    throw ServiceError.invalid('--datasets', `${JSON.stringify(path)}: ${rule}`);
  };
  let entries: unknown;
  try {
    entries = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return fail(code === undefined ? `it must be JSON (${message})` : `it cannot be read (${code})`);
  }
  if (typeof entries !== 'object' || entries === null || Array.isArray(entries))
    return fail('it must be a JSON object');
  const from = (file: string) => resolve(dirname(path), file);
  const npy = new Map<string, NpyFiles>();
  const folders = new Map<string, ImageFolder>();
  for (const [dataset, value] of Object.entries(entries)) {
    const parse = <T>(schema: z.ZodType<T>): T => {
      const { data, error } = schema.safeParse(value);
      if (error === undefined) return data;
      const [{ path: field, message }] = error.issues;
      return fail(`${[JSON.stringify(dataset), ...field].join('.')}: ${message}`);
    };
    const [, kind, name] = /^(folder|npy):(.*)$/s.exec(dataset) ?? [];
    if (kind === 'folder') {
      const { path: folder, imageSize, channels } = parse(folderSchema);
      const size = typeof imageSize === 'number' ? ([imageSize, imageSize] as const) : imageSize;
      folders.set(checkDatasetName(name, '--datasets'), { path: from(folder), imageSize: size, channels });
    } else if (kind === 'npy') {
      const { inputs, labels, ...rest } = parse(npySchema);
      npy.set(checkDatasetName(name, '--datasets'), { inputs: from(inputs), labels: from(labels), ...rest });
    } else {
      fail(`${JSON.stringify(dataset)} is neither folder:NAME nor npy:NAME`);
    }
  }
  return { npy, folders };
}
