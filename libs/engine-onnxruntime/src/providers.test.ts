import { UnsupportedOperatorError } from '@gradsign/engine';
import { float32, GraphBuilder, type Graph } from '@gradsign/onnx';
import { providerOf, refuseKnownFailures } from './providers';

function normalization(training: number): Graph {
  const b = new GraphBuilder('test');
  const statistics = [1, 0, 0, 1].map((value) => b.constant(float32([value])));
  const inputs = [b.input('x', 'float32', [2, 1, 2]), ...statistics];
  b.output(b.nodes('BatchNormalization', inputs, training ? 3 : 1, { training_mode: training }, 'norm')[0], 'y');
  return b.build();
}

test('what a provider is known to fail on is refused, by node and with the reason', () => {
  const refused = () => refuseKnownFailures('webgpu', normalization(1));
  expect(refused).toThrow(UnsupportedOperatorError);
  expect(refused).toThrow('onnxruntime on webgpu: node "norm" (BatchNormalization): the provider has no training mode');
  expect(() => refuseKnownFailures('webgpu', normalization(0))).not.toThrow();
  expect(() => refuseKnownFailures('cpu', normalization(1))).not.toThrow();
});

test('what a provider cannot do falls to the CPU', () => {
  for (const device of ['webgpu', 'cuda', 'toString']) {
    expect(providerOf(device).options.executionProviders).toEqual([
      device === 'webgpu' ? { name: 'webgpu', preferredLayout: 'NCHW' } : device,
      'cpu',
    ]);
  }
});
