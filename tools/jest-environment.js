const { TestEnvironment } = require('jest-environment-node');

/**
 * onnxruntime-node is native: it compares typed arrays with the constructors of the realm it was
 * loaded in, while Jest gives every test a realm of its own. Handing the outer constructors to the
 * sandbox makes both sides speak of the same classes.
 */
module.exports = class extends TestEnvironment {
  async setup() {
    await super.setup();
    for (const name of [
      'ArrayBuffer',
      'SharedArrayBuffer',
      'Uint8Array',
      'Int8Array',
      'Uint16Array',
      'Int16Array',
      'Uint32Array',
      'Int32Array',
      'Float32Array',
      'Float64Array',
      'BigInt64Array',
      'BigUint64Array',
      'Uint8ClampedArray',
    ]) {
      this.global[name] = globalThis[name];
    }
  }
};
