import { PoolBusyError, PoolClosedError, TaskTimeoutError, type ComputePool } from '@gradsign/compute-pool';
import { Engine as EngineId, engineNames, ServiceError, type EngineStatus } from '@gradsign/contracts';
import { float32, GraphBuilder, type Tensor } from '@gradsign/onnx';
import { toServiceError } from '@gradsign/requests';
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
  [EngineId.ENGINE_TENSORFLOW, 'cpu'],
  [EngineId.ENGINE_TENSORFLOW, 'cuda'],
  [EngineId.ENGINE_REFERENCE, 'cpu'],
];

/** Some drivers hang instead of failing. */
const LIMIT_MS = 30_000;

/**
 * What works on this machine, and why the rest does not: an engine and a device run a small graph in a worker. That a
 * provider is compiled in means little, and one without its driver may crash or hang, which costs a worker only. Each
 * pair is tried out once.
 */
export class EngineStatuses {
  private readonly tried = new Map<string, Promise<EngineStatus>>();

  constructor(private readonly pool: ComputePool) {}

  /** The engines and devices that a person may wonder about. @throws ServiceError when they cannot be tried out now. */
  async all(): Promise<EngineStatus[]> {
    const statuses: EngineStatus[] = [];
    for (const [engine, device] of CANDIDATES) statuses.push(await this.of(engine, device));
    return statuses;
  }

  /** @throws ServiceError FAILED_PRECONDITION with the reason when the engine does not work on the device here. */
  async require(name: string, device: string): Promise<void> {
    if (name === 'onnxruntime' && device === 'cpu') return;
    const { available, reason } = await this.of(engineNames.parse(name, 'settings.engine'), device);
    if (available) return;
    const sentence = `settings.engine: ${name} on the device ${device} does not work here: ${reason}`;
    const metadata = { engine: name, device };
    throw new ServiceError('FAILED_PRECONDITION', sentence, { reason: 'ENGINE_UNAVAILABLE', metadata });
  }

  private of(engine: EngineId, device: string): Promise<EngineStatus> {
    const key = `${engine}/${device}`;
    const known = this.tried.get(key) ?? this.probe(engine, device);
    this.tried.set(key, known);
    known.catch(() => this.tried.delete(key));
    return known;
  }

  private async probe(engine: EngineId, device: string): Promise<EngineStatus> {
    const payload: ProbeTask = { engine: engineNames.format(engine, 'engine'), device };
    try {
      await this.pool.run({ kind: 'probe', payload }, { retries: 0, deadline: Date.now() + LIMIT_MS });
      return { engine, device, available: true, reason: '' };
    } catch (error) {
      if (isTransient(error)) throw toServiceError(error, 'settings.engine');
      return { engine, device, available: false, reason: (error as Error).message.split('\n')[0] };
    }
  }
}

/** Whether it tells of the pool and not of the engine. */
function isTransient(error: unknown): boolean {
  const waited = error instanceof TaskTimeoutError && error.phase === 'queued';
  return waited || error instanceof PoolBusyError || error instanceof PoolClosedError;
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
