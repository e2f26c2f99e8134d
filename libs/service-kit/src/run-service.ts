import { ServiceError } from '@gradsign/contracts/errors';
import { HelpRequested } from './service-config';

/** A service that has started. */
export interface StartedService {
  /** Addresses by name, told to the parent process or printed: `{ grpc: '127.0.0.1:50051' }`. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Stops in order; resolves when nothing is left. */
  stop(): Promise<void>;
}

/** Message that a service sends to the process that forked it, once it is SERVING. */
export interface ServingMessage {
  readonly type: 'serving';
  readonly addresses: Readonly<Record<string, string>>;
}

export interface RunOptions {
  /** Time for an orderly stop before the process ends all the same. Default 30,000. */
  readonly stopTimeoutMs?: number;
}

/**
 * The life of a service's process: starts it, tells its parent, stops it in order on SIGINT, SIGTERM, or when the
 * parent is gone; a signal during the start ends the process. Fatal errors are one line `CODE: sentence` on stderr and
 * exit code 1, or 2 for bad settings.
 */
export async function runService(
  name: string,
  start: () => Promise<StartedService>,
  { stopTimeoutMs = 30_000 }: RunOptions = {},
): Promise<void> {
  let service: StartedService | undefined;
  let stopping = false;
  const stop = async () => {
    if (!service) process.exit(1);
    if (stopping) return;
    stopping = true;
    const late = `the service did not stop within ${stopTimeoutMs} ms`;
    setTimeout(() => fail(name, new ServiceError('DEADLINE_EXCEEDED', late)), stopTimeoutMs);
    try {
      await service.stop();
    } catch (error) {
      fail(name, error);
    }
    process.exit(0);
  };
  const stopOn = () => void stop();
  process.on('SIGINT', stopOn).on('SIGTERM', stopOn).on('disconnect', stopOn);
  const fatal = (error: unknown) => fail(name, error);
  process.on('uncaughtException', fatal).on('unhandledRejection', fatal);
  try {
    service = await start();
  } catch (error) {
    if (!(error instanceof HelpRequested)) fail(name, error);
    process.stdout.write(`${name}: settings by flag or environment\n${error.message}\n`);
    process.exit(0);
  }
  const { addresses } = service;
  // A parent that is gone by now ends this process by `disconnect`; that it cannot be told is no error.
  if (process.send) process.send({ type: 'serving', addresses } satisfies ServingMessage, undefined, {}, () => {});
  else process.stdout.write(`${JSON.stringify({ service: name, ...addresses })}\n`);
}

function fail(name: string, error: unknown): never {
  const { code, message, cause } = ServiceError.from(error);
  const text = code === 'INTERNAL' && cause instanceof Error ? (cause.stack ?? cause.message) : message;
  process.stderr.write(`${code}: ${name}: ${text.replace(/\s*\n\s*/g, ' ')}\n`);
  process.exit(code === 'INVALID_ARGUMENT' ? 2 : 1);
}
