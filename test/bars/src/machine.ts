import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { ROOT } from './paths';

/** Where and on what a bar was measured. */
export function circumstances() {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
  return {
    commit: git('rev-parse', 'HEAD'),
    uncommittedChanges: git('status', '--porcelain', '--untracked-files=no') !== '',
    date: new Date().toISOString(),
    machine: {
      cpu: cpus()[0].model,
      cores: cpus().length,
      memoryGb: Math.round(totalmem() / 1e8) / 10,
      platform: `${process.platform}-${process.arch}`,
      node: process.version,
    },
  };
}
