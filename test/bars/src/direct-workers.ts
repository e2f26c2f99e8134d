import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { WORKER_ENVIRONMENT } from '@gradsign/engine-onnxruntime/worker-environment';

/** Worker processes with nothing around the engine: what a service's throughput is compared with. */
export class DirectWorkers {
  private readonly children: ChildProcess[];

  constructor(count: number) {
    this.children = Array.from({ length: count }, () =>
      fork(join(__dirname, 'direct-worker.js'), { env: { ...process.env, ...WORKER_ENVIRONMENT } }),
    );
  }

  /** Values by architecture; each worker takes the next architecture when it is done with its last. */
  async score(architectures: readonly string[]): Promise<number[]> {
    const values: number[] = [];
    let next = 0;
    await Promise.all(
      this.children.map(async (child) => {
        while (next < architectures.length) {
          const index = next++;
          values[index] = await ask(child, architectures[index]);
        }
      }),
    );
    return values;
  }

  stop(): void {
    for (const child of this.children) child.disconnect();
  }
}

function ask(child: ChildProcess, architecture: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const exited = (code: number | null) => reject(new Error(`a worker ended with ${code} on ${architecture}`));
    child.once('exit', exited);
    child.once('message', (value) => {
      child.off('exit', exited);
      resolve(value as number);
    });
    child.send(architecture);
  });
}
