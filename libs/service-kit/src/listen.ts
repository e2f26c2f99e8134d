import { ServerCredentials, type Server } from '@grpc/grpc-js';
import { ServiceError } from '@gradsign/contracts';

/** Opens a port of a server. @throws ServiceError FAILED_PRECONDITION naming host, port and rule. */
export async function listen(
  server: Server,
  host: string,
  port: number,
  credentials = ServerCredentials.createInsecure(),
): Promise<{ address: string; port: number }> {
  const name = host.includes(':') ? `[${host}]` : host;
  try {
    const bound = await new Promise<number>((resolve, reject) =>
      server.bindAsync(`${name}:${port}`, credentials, (error, number) => (error ? reject(error) : resolve(number))),
    );
    return { port: bound, address: `${name}:${bound}` };
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    const sentence = text.includes('EADDRINUSE')
      ? `port ${port} on ${host} is in use; a server needs a port of its own (0 takes any free one)`
      : `port ${port} on ${host} cannot be opened; host and port must be this machine's and open to this user: ${text}`;
    throw new ServiceError('FAILED_PRECONDITION', sentence, { reason: 'PORT_UNAVAILABLE', cause });
  }
}
