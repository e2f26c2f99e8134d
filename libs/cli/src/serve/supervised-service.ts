import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { ServiceError } from '@gradsign/contracts';
import type { ServingMessage } from '@gradsign/service-kit/process';
import { UsageError } from '../errors';

/** How a child process is started. */
export interface ServiceSpec {
  readonly name: string;
  /** Absolute path of the built main module. */
  readonly main: string;
  /** Its own settings, without ports. */
  readonly args: readonly string[];
  /** 0: any free port at the first start; the same one at every later start. */
  readonly port: number;
  readonly env: NodeJS.ProcessEnv;
}

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 15_000;
/** A child that has served this long starts again without delay. */
const STABLE_MS = 30_000;
/** More than a service takes for its own orderly stop. */
const STOP_TIMEOUT_MS = 20_000;

/**
 * A service in a child process that is started again, on the same port and after a growing delay, whenever it ends
 * unasked.
 */
export class SupervisedService {
  private child?: ChildProcess;
  private addresses: Readonly<Record<string, string>> = {};
  private failures = 0;
  private timer?: NodeJS.Timeout;
  private stopping = false;

  /** @param say hears one line whenever something happens */
  constructor(
    private readonly spec: ServiceSpec,
    private readonly say: (line: string) => void,
  ) {}

  get name(): string {
    return this.spec.name;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Starts it for the first time; its addresses by name. @throws ServiceError when it ends before it serves; UsageError when it refuses its settings. */
  async start(): Promise<Readonly<Record<string, string>>> {
    const child = this.launch();
    const started = Date.now();
    const [message] = (await Promise.race([once(child, 'message'), once(child, 'exit').then(() => [])])) as [
      ServingMessage?,
    ];
    if (!message) {
      this.stopping = true;
      if (child.exitCode === 2) throw new UsageError(`${this.name} refuses its settings; its own line says why`);
      const sentence = `${this.name} ended with ${endOf(child)} before it was serving; its own line says why`;
      throw new ServiceError('FAILED_PRECONDITION', sentence, { reason: 'SERVICE_DID_NOT_START' });
    }
    child.on('exit', () => this.ended(child, started));
    this.addresses = message.addresses;
    return message.addresses;
  }

  /** Ends it in order; by force where that takes too long. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    const late = setTimeout(() => {
      this.say(`${this.name} (process ${child.pid}) did not stop within ${STOP_TIMEOUT_MS / 1000} s and is killed`);
      child.kill('SIGKILL');
    }, STOP_TIMEOUT_MS);
    await gone;
    clearTimeout(late);
  }

  private launch(): ChildProcess {
    const { main, args, env } = this.spec;
    // In a group of its own: a terminal's Ctrl-C goes to the parent alone, which stops its children in order. Where the
    // parent is killed, the child notices that their channel is closed.
    const ports = [`--port=${this.port('grpc', this.spec.port)}`, `--metrics-port=${this.port('metrics', 0)}`];
    const child = fork(main, [...args, ...ports], {
      env,
      execArgv: [],
      detached: true,
      stdio: ['ignore', 2, 2, 'ipc'],
    });
    this.child = child;
    return child;
  }

  /** The port that the service had when it last served, or `first`. */
  private port(of: string, first: number): number {
    const address = this.addresses[of];
    return address === undefined ? first : Number(address.slice(address.lastIndexOf(':') + 1));
  }

  private ended(child: ChildProcess, startedMs: number): void {
    if (this.stopping) return;
    if (Date.now() - startedMs > STABLE_MS) this.failures = 0;
    const delay = Math.min(FIRST_DELAY_MS * 2 ** this.failures++, LONGEST_DELAY_MS);
    this.say(`${this.name} (process ${child.pid}) ended with ${endOf(child)}; it starts again in ${delay} ms`);
    this.timer = setTimeout(() => {
      const next = this.launch();
      const started = Date.now();
      next.once('message', () => this.say(`${this.name} (process ${next.pid}) is serving at ${this.addresses.grpc}`));
      next.on('exit', () => this.ended(next, started));
    }, delay);
  }
}

function endOf({ exitCode, signalCode }: ChildProcess): string {
  return signalCode ?? `exit code ${exitCode}`;
}
