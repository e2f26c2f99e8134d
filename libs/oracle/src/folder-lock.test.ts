import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockFolder } from './folder-lock';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'folder-lock-'));
  path = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

const pidInFile = () => (JSON.parse(readFileSync(path, 'utf8')) as { pid: number }).pid;

test('one owner at a time, and the file goes with it', () => {
  const lock = lockFolder(folder);
  expect(pidInFile()).toBe(process.pid);
  expect(() => lockFolder(folder)).toThrow(`the folder ${folder} is in use by process ${process.pid}`);
  lock.release();
  expect(existsSync(path)).toBe(false);
  lockFolder(folder).release();
});

test('the lock of another process that lives is respected, and names its pid', () => {
  const other = spawn('sleep', ['60']);
  try {
    writeFileSync(path, JSON.stringify({ pid: other.pid, started: '' }));
    expect(() => lockFolder(folder)).toThrow(
      expect.objectContaining({
        code: 'FAILED_PRECONDITION',
        reason: 'FOLDER_IN_USE',
        metadata: { pid: String(other.pid) },
      }),
    );
  } finally {
    other.kill();
  }
});

const dead = () => spawnSync('true').pid;

test.each<readonly [string, () => string]>([
  ['a process that is gone', () => JSON.stringify({ pid: dead(), started: '' })],
  // Linux alone tells when a process was started.
  ...(existsSync('/proc/self/stat')
    ? [['an earlier process with this pid', () => JSON.stringify({ pid: process.pid, started: '1' })] as const]
    : []),
  ['a process that died while writing', () => ''],
])('the lock of %s is taken over', (_, content) => {
  writeFileSync(path, content());
  const lock = lockFolder(folder);
  expect(pidInFile()).toBe(process.pid);
  lock.release();
});
