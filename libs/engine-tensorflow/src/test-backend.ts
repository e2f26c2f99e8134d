import type { TensorFlow } from './tfjs';

// Names that only run time sees: the packages are optional.
const CORE: string = '@tensorflow/tfjs-core';

interface Core extends TensorFlow {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
}

/** Starts one of TensorFlow.js's own backends, for tests; undefined where its packages are not installed. */
export function backendFor(name: string, require: NodeJS.Require): (() => Promise<TensorFlow>) | undefined {
  try {
    require.resolve(CORE);
    require.resolve(`@tensorflow/tfjs-backend-${name}`);
  } catch {
    return undefined;
  }
  return async () => {
    const tf = require(CORE) as Core;
    require(`@tensorflow/tfjs-backend-${name}`);
    if (tf.getBackend() !== name) {
      await tf.setBackend(name);
      await tf.ready();
    }
    return tf;
  };
}
