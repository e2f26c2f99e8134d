import { createDirectScorer } from '@gradsign/bars/direct-scorer';
import { createOnnxRuntimeEngine } from '@gradsign/engine-onnxruntime';
import type { Scored } from './measured';
import type { Task } from './task';

export interface ScorerWork extends Task {
  readonly device: string;
  /** Images in one run of the graph; default: the product's own. */
  readonly chunkSize?: number;
  /** Architectures, from the first, that are scored once before anything is measured. */
  readonly warmUp: number;
}

/** A process in the environment of the product's workers: scores by GradSign, and prints a JSON object for each. */
async function main({ architectures, device, chunkSize, warmUp, batchSize, scale }: ScorerWork): Promise<void> {
  const score = createDirectScorer({ engine: createOnnxRuntimeEngine({ device }), batchSize, scale });
  for (const architecture of architectures.slice(0, warmUp)) await score(architecture, ['gradsign'], chunkSize);
  for (const architecture of architectures) {
    const [started, cpuStarted] = [performance.now(), process.cpuUsage()];
    const [{ value }] = await score(architecture, ['gradsign'], chunkSize);
    const { user, system } = process.cpuUsage(cpuStarted);
    const row: Scored = { value, seconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6 };
    console.log(JSON.stringify(row));
  }
}

main(JSON.parse(process.argv[2]) as ScorerWork).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
