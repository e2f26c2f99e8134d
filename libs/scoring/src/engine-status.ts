import type { ComputePool } from '@gradsign/compute-pool';
import { Engine as EngineId, engineNames, type EngineStatus } from '@gradsign/contracts';
import { float32, GraphBuilder, type Tensor } from '@gradsign/onnx';
import { engineFor } from './engines';

/** Engine and device that a worker tries out. */
export interface ProbeTask {
  readonly engine: string;
  readonly device: string;
}

const CANDIDATES: readonly (readonly [EngineId, string])[] = [
  [EngineId.ENGINE_ONNXRUNTIME, 'cpu'],
  [EngineId.ENGINE_ONNXRUNTIME, 'cuda'],
  [EngineId.ENGINE_ONNXRUNTIME, 'webgpu'],
  [EngineId.ENGINE_REFERENCE, 'cpu'],
];

/** Some drivers hang instead of failing. */
const LIMIT_MS = 30_000;

/**
 * What works on this machine, and why the rest does not: each engine and device runs a small graph in a worker. That a
 * provider is compiled in means little, and one without its driver may crash or hang, which costs a worker only.
 */
export async function describeEngines(pool: ComputePool): Promise<EngineStatus[]> {
  const statuses: EngineStatus[] = [];
  for (const [engine, device] of CANDIDATES) {
    const payload: ProbeTask = { engine: engineNames.format(engine, 'engine'), device };
    try {
      await pool.run({ kind: 'probe', payload }, { retries: 0, deadline: Date.now() + LIMIT_MS });
      statuses.push({ engine, device, available: true, reason: '' });
    } catch (error) {
      statuses.push({ engine, device, available: false, reason: (error as Error).message.split('\n')[0] });
    }
  }
  return statuses;
}

/** Runs a graph of one op in this process. @throws what the engine throws, and Error for a wrong result. */
export async function runProbeTask({ engine: name, device }: ProbeTask): Promise<void> {
  const engine = await engineFor(name, device);
  const builder = new GraphBuilder('probe');
  builder.output(builder.node('Abs', [builder.input('x', 'float32', [4])]), 'y');
  const session = await engine.load(builder.build());
  try {
    const { y } = (await session.run({ x: float32([-1, 2, -3, 4], [4]) })) as { y: Tensor<'float32'> };
    if ([...y.data].join() !== '1,2,3,4') throw new Error(`its |−1, 2, −3, 4| is ${[...y.data].join(', ')}`);
  } finally {
    await session.release();
  }
}
