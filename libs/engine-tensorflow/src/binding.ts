import { createRequire } from 'node:module';
import type { Engine } from '@gradsign/engine';
import { engineOver } from './engine';
import type { TensorFlow } from './tfjs';

/** Options of a TensorFlow engine. */
export interface TensorFlowOptions {
  /** `cpu` (default), by the package `@tensorflow/tfjs-node`, or `cuda`, by `@tensorflow/tfjs-node-gpu`. */
  readonly device?: string;
}

/** Thrown when TensorFlow cannot use a device here; the message says what to do. */
export class DeviceUnavailableError extends Error {
  override readonly name = 'DeviceUnavailableError';
  constructor(
    readonly device: string,
    reason: string,
  ) {
    super(`TensorFlow cannot use the device "${device}" here: ${reason}`);
  }
}

const packages: Readonly<Record<string, string>> = {
  cpu: '@tensorflow/tfjs-node',
  cuda: '@tensorflow/tfjs-node-gpu',
};

/** What the backend of the Node.js packages tells beside TensorFlow.js's own interface. */
interface NodeBinding extends TensorFlow {
  backend(): { readonly isUsingGpuDevice: boolean };
}

/**
 * An engine over the TensorFlow package that the user has installed.
 * @throws DeviceUnavailableError
 */
export function createTensorFlowEngine(
  { device = 'cpu' }: TensorFlowOptions = {},
  load: (name: string) => unknown = createRequire(__filename),
): Engine {
  if (!Object.hasOwn(packages, device)) {
    throw new DeviceUnavailableError(device, `it has ${Object.keys(packages).join(' and ')}`);
  }
  const tf = bindingOf(device, packages[device], load);
  if (device === 'cuda' && !tf.backend().isUsingGpuDevice) {
    throw new DeviceUnavailableError(device, `${packages[device]} found no GPU`);
  }
  return engineOver(tf, device);
}

function bindingOf(device: string, name: string, load: (name: string) => unknown): NodeBinding {
  try {
    return load(name) as NodeBinding;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const absent = code === 'MODULE_NOT_FOUND' && message.includes(`'${name}'`);
    const reason = absent
      ? `install its optional package with "npm install --no-save ${name}@4.22.0"`
      : `${name} does not load: ${message.split('\n')[0]}`;
    throw new DeviceUnavailableError(device, reason);
  }
}
