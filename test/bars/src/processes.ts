import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second in /proc: USER_HZ is 100 on every Linux architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

interface ProcessStat {
  readonly parent: number;
  /** Own time and that of children that have ended and were waited for. */
  readonly cpuSeconds: number;
}

/** A process and all its descendants. Linux only. */
export function processTree(root: number): number[] {
  const stats = new Map<number, ProcessStat>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? readStat(Number(name)) : undefined;
    if (stat) stats.set(Number(name), stat);
  }
  const tree = stats.has(root) ? [root] : [];
  for (const pid of tree) for (const [child, { parent }] of stats) if (parent === pid) tree.push(child);
  return tree;
}

/** Processor seconds, user and system, that a process and its descendants have used so far. */
export function cpuSecondsOfTree(root: number): number {
  return processTree(root).reduce((sum, pid) => sum + (readStat(pid)?.cpuSeconds ?? 0), 0);
}

/** Memory of a process in MB (10⁶ bytes): `VmRSS` is the present resident set, `VmHWM` its peak. */
export function residentMb(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const [, kib] = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
  return (Number(kib) * 1024) / 1e6;
}

function readStat(pid: number): ProcessStat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined; // It ended meanwhile.
  }
  // The command's name, in parentheses, may contain anything; what follows it are numbers. See proc(5).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [user, system, childrenUser, childrenSystem] = fields.slice(11, 15).map(Number);
  return { parent: Number(fields[1]), cpuSeconds: (user + system + childrenUser + childrenSystem) / TICKS_PER_SECOND };
}
