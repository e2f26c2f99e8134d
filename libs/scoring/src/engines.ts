import { ServiceError } from '@gradsign/contracts';
import type { Engine } from '@gradsign/engine';
import { createOnnxRuntimeEngine } from '@gradsign/engine-onnxruntime';
import { ReferenceEngine } from '@gradsign/engine-reference';
import { createTensorFlowEngine } from '@gradsign/engine-tensorflow';

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
    case 'tensorflow':
      return createTensorFlowEngine({ device });
    case 'reference':
      if (device === 'cpu') return new ReferenceEngine();
      throw unavailable(name, device, 'the reference engine runs on cpu only');
    default:
      throw unavailable(name, device, 'this version has the engines onnxruntime, tensorflow and reference');
  }
}

function unavailable(name: string, device: string, reason: string): ServiceError {
  return new ServiceError('FAILED_PRECONDITION', `engine ${name} on device ${device} is not available: ${reason}`, {
    reason: 'ENGINE_UNAVAILABLE',
    metadata: { engine: name, device },
  });
}
