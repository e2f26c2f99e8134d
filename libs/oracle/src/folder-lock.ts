import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ServiceError } from '@gradsign/contracts';

/** A process as a lock file names it. */
interface Owner {
  readonly pid: number;
  /** What tells the process from a later one with the same pid; empty where the system does not say. */
  readonly started: string;
}

/** Exclusive ownership of a folder. */
export interface FolderLock {
  release(): void;
}

/**
 * Takes a folder for this process, by a file `lock` with its pid. The lock of a process that is gone is taken over.
 * @throws ServiceError FAILED_PRECONDITION naming the pid of the owner, which may be this process.
 */
export function lockFolder(folder: string): FolderLock {
  const path = join(folder, 'lock');
  const self: Owner = { pid: process.pid, started: startOf(process.pid) };
  for (;;) {
    try {
      writeFileSync(path, JSON.stringify(self), { flag: 'wx' });
      return { release: () => rmSync(path, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = readOwner(path);
    if (owner && isAlive(owner)) {
      throw new ServiceError('FAILED_PRECONDITION', `the folder ${folder} is in use by process ${owner.pid}`, {
        reason: 'FOLDER_IN_USE',
        metadata: { pid: String(owner.pid) },
      });
    }
    rmSync(path, { force: true });
  }
}

/** Undefined where the file is gone, or torn by the death of its writer. */
function readOwner(path: string): Owner | undefined {
  try {
    const { pid, started } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Owner>;
    return Number.isInteger(pid) && typeof started === 'string' ? { pid: pid!, started } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, started }: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, but another user's.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  // In a container, a restarted process often has the pid of the one before it.
  return started === '' || startOf(pid) === '' || startOf(pid) === started;
}

/** When a process was started, in the kernel's ticks since boot, where Linux tells. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may contain anything; the 20th field after it is the start.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return '';
  }
}
