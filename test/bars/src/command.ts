import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface CommandOptions {
  readonly cwd?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A JSON object that a command printed. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Row = Readonly<Record<string, any>>;

/** Runs a command to its end; returns the JSON objects that it printed, one a line. */
export async function jsonLines(file: string, args: readonly string[], options: CommandOptions = {}): Promise<Row[]> {
  const child = start(file, args, options);
  const errors: string[] = [];
  child.stderr!.on('data', (chunk) => errors.push(String(chunk)));
  const ended = new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject));
  const rows: Row[] = [];
  for await (const line of createInterface(child.stdout!)) rows.push(JSON.parse(line) as Row);
  const code = await ended;
  if (code !== 0) throw new Error(`${args[0]} ${args[1]} ended with ${code}: ${errors.join('').trim()}`);
  return rows;
}

/** A command that goes on running after it has printed its first line. */
export interface Running {
  readonly pid: number;
  /** The JSON object of its first line. */
  readonly first: Row;
  /** Ends it by SIGTERM, and by SIGKILL where that does not help within 20 s. */
  stop(): Promise<void>;
}

/** Starts a command and waits for its first line. */
export async function startJson(file: string, args: readonly string[], options: CommandOptions = {}): Promise<Running> {
  const child = start(file, args, options);
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  child.stderr!.pipe(process.stderr);
  const first = await new Promise<Row>((resolve, reject) => {
    createInterface(child.stdout!).once('line', (line) => resolve(JSON.parse(line) as Row));
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`${args.join(' ')} ended with ${code} before it served`)));
  });
  return {
    pid: child.pid!,
    first,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

function start(file: string, args: readonly string[], { cwd, env }: CommandOptions): ChildProcess {
  return spawn(file, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
}
