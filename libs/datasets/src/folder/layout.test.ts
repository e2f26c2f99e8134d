import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatasetError } from '@gradsign/dataset';
import { writeFiles } from '../drawn-images';
import { readLayout } from './layout';

const made: string[] = [];
afterAll(() => made.forEach((folder) => rmSync(folder, { recursive: true })));

/** A folder with these files of one byte each. */
function folderOf(...names: string[]): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'layout-')));
  made.push(folder);
  writeFiles(folder, Object.fromEntries(names.map((name) => [name, Buffer.of(1)])));
  return folder;
}
const listed = async (folder: string) => {
  const { classNames, parts, files } = await readLayout(folder);
  const lines = files.map(({ path, part, label }) => `${part ?? '-'} ${label} ${path}`).sort();
  return { classNames, parts, lines };
};
async function refusal(folder: string): Promise<string> {
  const error = await readLayout(folder).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DatasetError);
  return (error as Error).message;
}

test('sub-folders are classes, sorted by their names', async () => {
  expect(await listed(folderOf('b/1.png', 'a/2.jpg', 'a/1.jpg', 'B/x', 'ä/y.png'))).toEqual({
    classNames: ['B', 'a', 'b', 'ä'],
    parts: [],
    lines: ['- 0 B/x', '- 1 a/1.jpg', '- 1 a/2.jpg', '- 2 b/1.png', '- 3 ä/y.png'],
  });
});

test('parts have classes in them; a part may lack some', async () => {
  expect(await listed(folderOf('train/a/1', 'train/b/1', 'test/b/1', 'validation/a/2', 'validation/b/3'))).toEqual({
    classNames: ['a', 'b'],
    parts: ['train', 'validation', 'test'],
    lines: [
      'test 1 test/b/1',
      'train 0 train/a/1',
      'train 1 train/b/1',
      'validation 0 validation/a/2',
      'validation 1 validation/b/3',
    ],
  });
});

test('a class may be called train', async () => {
  expect((await listed(folderOf('train/1.jpg', 'bus/1.jpg', 'test/1.jpg'))).classNames).toEqual([
    'bus',
    'test',
    'train',
  ]);
});

test('what operating systems leave behind is no part of the data', async () => {
  const folder = folderOf(
    'a/1',
    'b/1',
    '.DS_Store',
    'a/.DS_Store',
    'a/Thumbs.db',
    'b/desktop.ini',
    '.git/x',
    '__MACOSX/a/._1',
  );
  expect((await listed(folder)).lines).toEqual(['- 0 a/1', '- 1 b/1']);
});

test('the folder itself may be a link; a file’s stamp changes with the file', async () => {
  const folder = folderOf('a/1', 'b/1');
  const link = `${folder}-link`;
  symlinkSync(folder, link);
  made.push(link);
  const before = await readLayout(link);
  expect(before.root).toBe(folder);
  expect(await readLayout(folder)).toEqual(before);
  writeFiles(folder, { 'a/2': Buffer.of(2) });
  renameSync(join(folder, 'a/2'), join(folder, 'a/1'));
  const after = await readLayout(folder);
  const stamps = (layout: typeof before) => layout.files.map(({ path, stamp }) => `${path} ${stamp}`);
  expect(stamps(after).filter((line) => !stamps(before).includes(line))).toHaveLength(1);
});

test.each<[string, string[], string]>([
  ['nothing', [], 'has a sub-folder of images for each of 2 to 65536 classes; this one has 0'],
  ['one class', ['a/1'], 'this one has one, "a"'],
  ['files beside classes', ['a/1', 'b/1', 'readme.txt'], '"readme.txt" is beside the folders of the classes'],
  [
    'images without classes',
    ['1.jpg', '2.jpg'],
    '"1.jpg" is beside the folders of the classes; images are in one of them; "2.jpg" is',
  ],
  ['folders in classes', ['a/1', 'b/1', 'b/c/1'], '"b/c" is a folder in the folder of a class, which has images only'],
  [
    'other folders beside train',
    ['train/a/1', 'train/b/1', 'val/a/1'],
    '"val" is beside train; only validation and test may be',
  ],
  [
    'classes that are not trained on',
    ['train/a/1', 'train/b/1', 'test/c/1'],
    '"test/c" is a class that train does not have',
  ],
  ['one class in train', ['train/a/1'], 'this one has one, "a"'],
  [
    'images in a part',
    ['train/a/1', 'train/b/1', 'test/1'],
    '"test" has no folders of classes; "test/1" is beside the folders',
  ],
])('refused: %s', async (_, files, sentence) => {
  const folder = folderOf(...files);
  const message = await refusal(folder);
  expect(message).toContain(`folder ${JSON.stringify(folder)}: `);
  expect(message).toContain(sentence);
});

test('links, pipes, empty and huge files, empty classes: all are told at once, the first ten by name', async () => {
  const folder = folderOf('a/1', 'b/1');
  symlinkSync(join(folder, 'a/1'), join(folder, 'a/link'));
  symlinkSync('/nowhere', join(folder, 'b/dangling'));
  symlinkSync(folder, join(folder, 'around'));
  mkdirSync(join(folder, 'c'));
  execFileSync('mkfifo', [join(folder, 'b/pipe')]);
  writeFiles(folder, { 'a/empty': Buffer.alloc(0), 'a/huge': Buffer.of(1), 'a/new\nline': Buffer.alloc(0) });
  truncateSync(join(folder, 'a/huge'), 2 ** 27 + 1);
  const problems = [
    '"a/empty" is empty',
    '"a/huge" has 134217729 bytes; an image has at most 134217728',
    '"a/link" is a symbolic link; images and folders are read where they are',
    '"a/new\\nline" is empty',
    '"around" is a symbolic link; images and folders are read where they are',
    '"b/dangling" is a symbolic link; images and folders are read where they are',
    '"b/pipe" is not a file',
    '"c" has no images',
  ];
  expect(await refusal(folder)).toBe(`folder "${folder}": cannot be used as it is: ${problems.join('; ')}`);
  writeFiles(folder, Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`d/${i}`, Buffer.alloc(0)])));
  expect(await refusal(folder)).toContain(`${problems.join('; ')}; "d/0" is empty; "d/1" is empty; and 3 more`);
});

test('no folder, or a file, is told as such', async () => {
  expect(await refusal('/nowhere/at/all')).toBe('folder "/nowhere/at/all": there is no such folder');
  const folder = folderOf('a/1');
  expect(await refusal(join(folder, 'a/1'))).toContain('cannot be read as a folder (ENOTDIR)');
});
