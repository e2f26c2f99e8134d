import type { BigIntStats, Dirent } from 'node:fs';
import { lstat, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError } from '@gradsign/dataset';
import { MAX_CLASSES, MAX_FILE_BYTES, MAX_IMAGES } from './image-folder';
import { Problems } from './problems';

/** Sub-folders that divide a folder of images; the others are classes. */
export type Part = 'train' | 'validation' | 'test';
const PARTS: readonly Part[] = ['train', 'validation', 'test'];

/** One image file. */
export interface ImageFile {
  /** Relative to the folder. */
  readonly path: string;
  /** Absent where the folder has no parts. */
  readonly part?: Part;
  readonly label: number;
  /** What changes with the file: its size, times and number. */
  readonly stamp: string;
}

/** What is in a folder of images. */
export interface Layout {
  /** Path of the folder, without symbolic links. */
  readonly root: string;
  /** Sorted by code units; the label is the position. */
  readonly classNames: readonly string[];
  readonly parts: readonly Part[];
  readonly files: readonly ImageFile[];
}

/** What operating systems leave behind is no part of the data. */
const IGNORED = /^(\..*|Thumbs\.db|desktop\.ini|__MACOSX)$/i;
/** Files that are asked for their state at once. */
const AT_ONCE = 64;

/**
 * Lists a folder with one sub-folder of images for each class, or with such folders in `train/` and, where they are
 * there, `validation/` and `test/`. It has parts where `train/` has a folder in it: else `train` is a class.
 * @throws DatasetError naming what is there that should not be: files beside the classes, folders in them, symbolic
 * links, empty and huge files; and where there are no two classes, or one without images.
 */
export async function readLayout(path: string): Promise<Layout> {
  const root = await realpath(path).catch(() => {
    throw new DatasetError('folder', path, 'there is no such folder');
  });
  const problems = new Problems(path);
  const top = await folders(root, '', problems);
  const isParted = top.includes('train') && (await visible(root, 'train')).some((entry) => entry.isDirectory());
  const parts = isParted ? PARTS.filter((part) => top.includes(part)) : [];
  if (isParted) {
    for (const name of top.filter((other) => !(PARTS as readonly string[]).includes(other))) {
      problems.add(name, 'is beside train; only validation and test may be');
    }
  }
  const classNames = isParted ? await folders(root, 'train', problems) : top;
  const files: ImageFile[] = [];
  for (const part of isParted ? parts : [undefined]) {
    const present = part === undefined || part === 'train' ? classNames : await folders(root, part, problems);
    if (part !== undefined && present.length === 0) problems.add(part, 'has no folders of classes');
    for (const name of present) {
      const label = classNames.indexOf(name);
      const folder = part === undefined ? name : `${part}/${name}`;
      if (label < 0) problems.add(folder, 'is a class that train does not have');
      else for (const file of await images(root, folder, problems)) files.push({ ...file, part, label });
    }
  }
  problems.throwIfAny();
  checkCounts(path, classNames, files);
  return { root, classNames, parts, files };
}

function checkCounts(path: string, classNames: readonly string[], files: readonly ImageFile[]): void {
  const found = classNames.length === 1 ? `one, ${JSON.stringify(classNames[0])}` : String(classNames.length);
  if (classNames.length < 2 || classNames.length > MAX_CLASSES) {
    const rule = `has a sub-folder of images for each of 2 to ${MAX_CLASSES} classes; this one has ${found}`;
    throw new DatasetError('folder', path, rule);
  }
  if (files.length > MAX_IMAGES) {
    throw new DatasetError('folder', path, `has ${files.length} images; at most ${MAX_IMAGES} are read`);
  }
}

async function visible(root: string, folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(join(root, folder), { withFileTypes: true });
    return entries.filter(({ name }) => !IGNORED.test(name));
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw new DatasetError('folder', join(root, folder), `cannot be read as a folder (${code})`, { cause });
  }
}

/** Names of a folder's sub-folders, sorted. */
async function folders(root: string, folder: string, problems: Problems): Promise<string[]> {
  const entries = await visible(root, folder);
  for (const entry of entries.filter((other) => !other.isDirectory())) {
    const rule = entry.isSymbolicLink() ? LINK : 'is beside the folders of the classes; images are in one of them';
    problems.add(join(folder, entry.name), rule);
  }
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

const LINK = 'is a symbolic link; images and folders are read where they are';

async function images(root: string, folder: string, problems: Problems): Promise<Pick<ImageFile, 'path' | 'stamp'>[]> {
  const entries = await visible(root, folder);
  if (entries.length === 0) problems.add(folder, 'has no images');
  const found: Pick<ImageFile, 'path' | 'stamp'>[] = [];
  for (let start = 0; start < entries.length; start += AT_ONCE) {
    const some = entries.slice(start, start + AT_ONCE).map(async ({ name }) => {
      const path = `${folder}/${name}`;
      const stats = await lstat(join(root, path), { bigint: true }).catch((error: NodeJS.ErrnoException) => error);
      const rule = stats instanceof Error ? `cannot be read (${stats.code})` : broken(stats);
      if (rule !== undefined) problems.add(path, rule);
      else found.push({ path, stamp: stampOf(stats as BigIntStats) });
    });
    await Promise.all(some);
  }
  return found;
}

function broken(stats: BigIntStats): string | undefined {
  if (stats.isSymbolicLink()) return LINK;
  if (stats.isDirectory()) return 'is a folder in the folder of a class, which has images only';
  if (!stats.isFile()) return 'is not a file';
  if (stats.size === 0n) return 'is empty';
  return stats.size > MAX_FILE_BYTES ? `has ${stats.size} bytes; an image has at most ${MAX_FILE_BYTES}` : undefined;
}

/** As version-control systems tell changed files. */
function stampOf({ size, mtimeNs, ctimeNs, ino }: BigIntStats): string {
  return [size, mtimeNs, ctimeNs, ino].join(' ');
}
