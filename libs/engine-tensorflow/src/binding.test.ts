import { createTensorFlowEngine, DeviceUnavailableError } from './binding';

const absent = (name: string): never => {
  throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' });
};

test.each([
  ['cpu', '@tensorflow/tfjs-node'],
  ['cuda', '@tensorflow/tfjs-node-gpu'],
])('on %s a package that is absent is named with the command that installs it', (device, name) => {
  expect(() => createTensorFlowEngine({ device }, absent)).toThrow(DeviceUnavailableError);
  expect(() => createTensorFlowEngine({ device }, absent)).toThrow(
    `TensorFlow cannot use the device "${device}" here: install its optional package with "npm install --no-save ${name}@4.22.0"`,
  );
});

test('a package that does not load is named with the first line of its reason', () => {
  const broken = (): never => {
    throw new Error('libtensorflow.so.2: cannot open shared object file\nRequire stack: …');
  };
  expect(() => createTensorFlowEngine({}, broken)).toThrow(
    'here: @tensorflow/tfjs-node does not load: libtensorflow.so.2: cannot open shared object file',
  );
  expect(() => createTensorFlowEngine({}, broken)).not.toThrow('Require stack');
});

test('the GPU package without a GPU is refused, with one it is the engine', () => {
  const binding = (isUsingGpuDevice: boolean) => () => ({ backend: () => ({ isUsingGpuDevice }) });
  expect(() => createTensorFlowEngine({ device: 'cuda' }, binding(false))).toThrow(
    '@tensorflow/tfjs-node-gpu found no GPU',
  );
  const engine = createTensorFlowEngine({ device: 'cuda' }, binding(true));
  expect(engine).toMatchObject({ name: 'tensorflow', device: 'cuda', precision: 'float32' });
});

test('a device that TensorFlow has no package for is refused with those that there are', () => {
  expect(() => createTensorFlowEngine({ device: 'tpu' }, absent)).toThrow('"tpu" here: it has cpu and cuda');
});
