import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { ROOT } from './paths';

/** The commit and whether the working tree differs from it. */
function repository() {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
  return {
    commit: git('rev-parse', 'HEAD'),
    uncommittedChanges: git('status', '--porcelain', '--untracked-files=no') !== '',
  };
}

/** Equal for runs of the same code: the commit, or with uncommitted changes a text that is never the same again. */
export function codeVersion(): string {
  const { commit, uncommittedChanges } = repository();
  return uncommittedChanges ? `${commit} and changes at ${new Date().toISOString()}` : commit;
}

/** Where and on what a bar was measured. */
export function circumstances() {
  return {
    ...repository(),
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
