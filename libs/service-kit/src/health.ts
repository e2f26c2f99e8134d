import type { Server, ServerWritableStream, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';

type Watch = (call: ServerWritableStream<unknown, unknown>) => void;

/** The gRPC health service of a process; the empty name stands for the whole process. */
export class Health {
  private readonly implementation = new HealthImplementation();
  private readonly watches = new Set<ServerWritableStream<unknown, unknown>>();

  constructor(private readonly names: readonly string[]) {
    for (const name of names) this.set(name, false);
  }

  set(name: string, serving: boolean): void {
    this.implementation.setStatus(name, serving ? 'SERVING' : 'NOT_SERVING');
  }

  setAll(serving: boolean): void {
    for (const name of this.names) this.set(name, serving);
  }

  /** Tells every watcher NOT_SERVING and ends its stream: an open one would keep the server from closing. */
  stop(): void {
    this.setAll(false);
    for (const call of this.watches) call.end();
  }

  addTo(server: Server): void {
    const addService = (definition: ServiceDefinition, handlers: UntypedServiceImplementation) => {
      const watch: Watch = (call) => {
        this.watches.add(call);
        call.on('cancelled', () => this.watches.delete(call));
        (handlers.watch as Watch)(call);
      };
      server.addService(definition, { ...handlers, watch });
    };
    this.implementation.addToServer({ addService } as unknown as Server);
  }
}
