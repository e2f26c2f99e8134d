import { status, type Client, type ServiceDefinition, type ServiceError as GrpcError } from '@grpc/grpc-js';
import { fromGrpcError, ServiceError } from '@gradsign/contracts';

/** A connection to a service, as its calls see it. */
export class Channel {
  constructor(
    private readonly client: Client,
    private readonly address: string,
    /** Of a unary call. */
    readonly deadlineMs: number,
    private readonly connectTimeoutMs: number,
  ) {}

  /** Waits for a server to answer. @throws ServiceError UNAVAILABLE naming the address; CANCELLED. */
  ready(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = () => reject(new ServiceError('CANCELLED', 'the call was cancelled before it began'));
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort);
      this.client.waitForReady(Date.now() + this.connectTimeoutMs, (cause) => {
        signal?.removeEventListener('abort', abort);
        if (!cause) return resolve();
        const sentence = `no server answers at ${this.address} within ${this.connectTimeoutMs} ms`;
        reject(new ServiceError('UNAVAILABLE', sentence, { cause, reason: 'NO_SERVER' }));
      });
    });
  }

  /** What a failed call ends with: the server's own error, or that the connection is lost. */
  error(error: GrpcError): ServiceError {
    const decoded = fromGrpcError(error);
    // An UNAVAILABLE of the server's own has details, or another message than the transport's bare one.
    if (error.code !== status.UNAVAILABLE || error.metadata?.get('grpc-status-details-bin').length) return decoded;
    return new ServiceError('UNAVAILABLE', `the connection to ${this.address} is lost: ${decoded.message}`, {
      cause: error,
      reason: 'CONNECTION_LOST',
    });
  }
}

/** Methods whose repetition changes nothing: they are retried while a server is away. */
const IDEMPOTENT = /^\/[^/]+\/(Get|BatchGet|List|Describe|Validate)/;

/** Balances over the servers behind a name; retries the methods that only read. */
export function serviceConfig(definition: ServiceDefinition): object {
  const retried = Object.values(definition)
    .filter(({ path }) => IDEMPOTENT.test(path))
    .map(({ path }) => ({ service: path.split('/')[1], method: path.split('/')[2] }));
  const retryPolicy = {
    maxAttempts: 4,
    initialBackoff: '0.1s',
    maxBackoff: '1s',
    backoffMultiplier: 2,
    retryableStatusCodes: ['UNAVAILABLE'],
  };
  return { loadBalancingConfig: [{ round_robin: {} }], methodConfig: [{ name: retried, retryPolicy }] };
}
