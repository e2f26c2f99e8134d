import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { WORKER_ENVIRONMENT } from '@gradsign/engine-onnxruntime/worker-environment';
import type { DirectAnswer, DirectTask } from './direct-worker';

/** Worker processes with nothing around the engine: what a service's throughput is compared with. */
export class DirectWorkers {
  private readonly children: ChildProcess[];

  constructor(count: number) {
    this.children = Array.from({ length: count }, () =>
      fork(join(__dirname, 'direct-worker.js'), { env: { ...process.env, ...WORKER_ENVIRONMENT } }),
    );
  }

  /** Answers in the order of the tasks; each worker takes the next task when it is done with its last. */
  async score(tasks: readonly DirectTask[]): Promise<DirectAnswer[]> {
    const answers: DirectAnswer[] = [];
    let next = 0;
    await Promise.all(
      this.children.map(async (child) => {
        while (next < tasks.length) {
          const index = next++;
          answers[index] = await ask(child, tasks[index]);
        }
      }),
    );
    return answers;
  }

  stop(): void {
    for (const child of this.children) child.disconnect();
  }
}

function ask(child: ChildProcess, task: DirectTask): Promise<DirectAnswer> {
  return new Promise((resolve, reject) => {
    const exited = (code: number | null) => reject(new Error(`a worker ended with ${code} on ${task.architecture}`));
    child.once('exit', exited);
    child.once('message', (answer) => {
      child.off('exit', exited);
      resolve(answer as DirectAnswer);
    });
    child.send(task);
  });
}
