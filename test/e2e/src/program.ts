import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { processTree } from './processes';

/** How a program ended, and all that it wrote. */
export interface Ending {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program of Node.js in a process of its own, with what it has written so far. */
export class Program {
  stdout = '';
  stderr = '';
  /** Settles when the process is gone and all that it wrote has been read. */
  readonly ended: Promise<Ending>;
  private readonly child: ChildProcess;

  /** @param environment added to this process's own */
  constructor(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, args, {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout!.on('data', (chunk) => (this.stdout += String(chunk)));
    this.child.stderr!.on('data', (chunk) => (this.stderr += String(chunk)));
    this.ended = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code, signal) => resolve({ code, signal, stdout: this.stdout, stderr: this.stderr }));
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  get over(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** The first match in what the program writes. @throws Error with all that it wrote when it ends without. */
  async wrote(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const { over } = this;
      const match = pattern.exec(this[stream]);
      if (match) return match;
      if (over) throw new Error(`ended without ${pattern} on ${stream}:\n${this.stdout}${(await this.ended).stderr}`);
      await delay(20);
    }
  }

  /** Asks it to end, and ends it and all that it started by force where that takes longer than 20 s. */
  async stop(): Promise<Ending> {
    const tree = processTree(this.pid);
    this.kill('SIGTERM');
    const timer = setTimeout(() => {
      for (const pid of tree) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It has ended.
        }
      }
    }, 20_000);
    return this.ended.finally(() => clearTimeout(timer));
  }
}

/** Waits until a condition holds; the value that says so. Only a test's time limit ends it otherwise. */
export async function until<T>(condition: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (;;) {
    const value = await condition();
    if (value) return value;
    await delay(50);
  }
}
