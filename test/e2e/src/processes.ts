import { readdirSync, readFileSync } from 'node:fs';

/** Whether this system lists its processes as files; without them nobody can tell who started whom. */
export const hasProc = process.platform === 'linux';

/** A process and all its descendants; only itself where the system does not tell. */
export function processTree(root: number): number[] {
  if (!hasProc) return [root];
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? stat(Number(name))?.parent : undefined;
    if (parent !== undefined) parents.set(Number(name), parent);
  }
  const tree = [root];
  for (const pid of tree) for (const [child, parent] of parents) if (parent === pid) tree.push(child);
  return tree;
}

/** Whether a process runs; one that has ended and was not yet waited for does not. */
export function isRunning(pid: number): boolean {
  const known = stat(pid);
  return known !== undefined && known.state !== 'Z';
}

/** The command line of a process, or nothing where it has ended. */
export function commandOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  } catch {
    return [];
  }
}

function stat(pid: number): { readonly state: string; readonly parent: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name, in parentheses, may contain anything. See proc(5).
    const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
