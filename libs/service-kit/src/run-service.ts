import { ServiceError } from '@gradsign/contracts';
import { HelpRequested } from './service-config';

/** A service that has started. */
export interface StartedService {
  /** Addresses by name, told to the parent process and printed: `{ grpc: '127.0.0.1:50051' }`. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Stops in order; resolves when nothing is left. */
  stop(): Promise<void>;
}

/** Message that a service sends to the process that forked it. */
export interface ServingMessage {
  readonly type: 'serving';
  readonly addresses: Readonly<Record<string, string>>;
}

/**
 * The life of a service's process: starts it, tells its parent, stops it in order on SIGINT, SIGTERM, or when the
 * parent is gone. A failed start is one line `CODE: sentence` on stderr and exit code 1 (2 for bad settings).
 */
export async function runService(name: string, start: () => Promise<StartedService>): Promise<void> {
  let service: StartedService;
  try {
    service = await start();
  } catch (error) {
    if (error instanceof HelpRequested) {
      process.stdout.write(`${name}: settings by flag or environment\n${error.message}\n`);
      return process.exit(0);
    }
    const { code, message, cause } = ServiceError.from(error);
    const text = code === 'INTERNAL' && cause instanceof Error ? (cause.stack ?? cause.message) : message;
    process.stderr.write(`${code}: ${name}: ${text}\n`);
    return process.exit(code === 'INVALID_ARGUMENT' ? 2 : 1);
  }
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await service.stop().catch((error) => process.stderr.write(`${name}: ${String(error)}\n`));
    process.exit(0);
  };
  process.on('SIGINT', () => void stop());
  process.on('SIGTERM', () => void stop());
  if (process.send) {
    process.on('disconnect', () => void stop());
    process.send({ type: 'serving', addresses: service.addresses } satisfies ServingMessage);
  } else {
    process.stdout.write(`${JSON.stringify({ service: name, ...service.addresses })}\n`);
  }
}
