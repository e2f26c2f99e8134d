import { Engine as EngineId, ServiceError, type EngineStatus } from '@gradsign/contracts';
import type { Engine } from '@gradsign/engine';
import { createOnnxRuntimeEngine } from '@gradsign/engine-onnxruntime';
import { ReferenceEngine } from '@gradsign/engine-reference';

const created = new Map<string, Promise<Engine>>();

/** The engine of a name on a device, created once a process. @throws ServiceError FAILED_PRECONDITION with the reason. */
export function engineFor(name: string, device: string): Promise<Engine> {
  const key = `${name}/${device}`;
  const engine = created.get(key) ?? create(name, device);
  created.set(key, engine);
  return engine;
}

async function create(name: string, device: string): Promise<Engine> {
  switch (name) {
    case 'onnxruntime':
      return createOnnxRuntimeEngine({ device, threads: 1 });
    case 'reference':
      if (device === 'cpu') return new ReferenceEngine();
      throw unavailable(name, device, 'the reference engine runs on cpu only');
    default:
      throw unavailable(name, device, 'this version has the engines onnxruntime and reference');
  }
}

function unavailable(name: string, device: string, reason: string): ServiceError {
  return new ServiceError('FAILED_PRECONDITION', `engine ${name} on device ${device} is not available: ${reason}`, {
    reason: 'ENGINE_UNAVAILABLE',
    metadata: { engine: name, device },
  });
}

/** What works in this process, and why the rest does not. */
export async function describeEngines(): Promise<EngineStatus[]> {
  const candidates: [EngineId, string, string][] = [
    [EngineId.ENGINE_ONNXRUNTIME, 'onnxruntime', 'cpu'],
    [EngineId.ENGINE_ONNXRUNTIME, 'onnxruntime', 'cuda'],
    [EngineId.ENGINE_ONNXRUNTIME, 'onnxruntime', 'webgpu'],
    [EngineId.ENGINE_REFERENCE, 'reference', 'cpu'],
  ];
  return Promise.all(
    candidates.map(async ([engine, name, device]) => {
      try {
        await engineFor(name, device);
        return { engine, device, available: true, reason: '' };
      } catch (error) {
        return { engine, device, available: false, reason: (error as Error).message };
      }
    }),
  );
}
