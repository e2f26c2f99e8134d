import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Skipped } from './bar';

/** The repository's root. */
export const ROOT = resolve(__dirname, '..', '..', '..');

/** Real data that is kept beside the repository and never in it. @throws Skipped when it is absent. */
export function sharedData(...path: string[]): string {
  const file = join(ROOT, '..', 'shared', 'data', ...path);
  if (!existsSync(file)) throw new Skipped(`${join('..', 'shared', 'data', ...path)} is not there`);
  return file;
}

/** Python with PyTorch, as `test/interop/setup` installs it. @throws Skipped when it is absent. */
export function python(): string {
  const file = join(ROOT, 'test', 'interop', '.venv', 'bin', 'python');
  if (!existsSync(file)) throw new Skipped('PyTorch is not installed; run `bash test/interop/setup` first');
  return file;
}

/** A script of test/interop. */
export function interopScript(name: string): string {
  return join(ROOT, 'test', 'interop', name);
}
