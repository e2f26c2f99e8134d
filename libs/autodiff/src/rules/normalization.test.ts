import { ReferenceEngine } from '@gradsign/engine-reference';
import { float32, type GraphBuilder, type Value } from '@gradsign/onnx';
import { differences } from '../testing/gradient-check';

const engine = new ReferenceEngine();
const epsilon = 0.01;

const shapes = [
  [2, 3, 4, 5],
  [1, 2, 3, 3],
  [5, 2, 3],
  [4, 3],
];

describe('BatchNormalization', () => {
  it.each(shapes)('in training mode, [%d, %d, …]', async (...shape) => {
    const found = await differences(engine, {
      inputs: [shape, [shape[1]], [shape[1]]],
      build: (b, x, scale, shift) => {
        const running = [0, 1].map((v) => b.constant(float32(new Array<number>(shape[1]).fill(v))));
        return b.nodes('BatchNormalization', [x, scale, shift, ...running], 3, { training_mode: 1, epsilon })[0];
      },
    });
    expect(found).toEqual([]);
  });

  it.each(shapes)('with given statistics, [%d, %d, …]', async (...shape) => {
    const found = await differences(engine, {
      inputs: [shape, [shape[1]], [shape[1]]],
      build: (b, x, scale, shift) => {
        const mean = b.constant(float32(Array.from({ length: shape[1] }, (_, c) => c - 0.7)));
        const variance = b.constant(float32(Array.from({ length: shape[1] }, (_, c) => 0.5 + c)));
        return b.node('BatchNormalization', [x, scale, shift, mean, variance], { epsilon });
      },
    });
    expect(found).toEqual([]);
  });
});

it.each(shapes.slice(0, 3))('InstanceNormalization, [%d, %d, …]', async (...shape) => {
  const found = await differences(engine, {
    inputs: [shape, [shape[1]], [shape[1]]],
    build: (b, ...inputs) => b.node('InstanceNormalization', inputs, { epsilon }),
  });
  expect(found).toEqual([]);
});

describe.each([-1, 1, 2, 0])('LayerNormalization from axis %d', (axis) => {
  const shape = [2, 3, 4];
  const normalized = shape.slice(axis);

  it('with scale and shift', async () => {
    const found = await differences(engine, {
      inputs: [shape, normalized, normalized],
      build: (b, ...inputs) => b.node('LayerNormalization', inputs, { axis, epsilon }),
    });
    expect(found).toEqual([]);
  });

  /** Σ over the outputs of a function of each, so that their cotangents differ. */
  const allOutputs = (b: GraphBuilder, inputs: Value[]) => {
    const [y, mean, inverse] = b.nodes('LayerNormalization', inputs, 3, { axis, epsilon });
    return b.node('Add', [y, b.node('Mul', [b.node('Exp', [mean]), inverse])]);
  };

  it('through mean and inverse deviation too', async () => {
    const build = (b: GraphBuilder, ...inputs: Value[]) => allOutputs(b, inputs);
    expect(await differences(engine, { inputs: [shape, normalized], build })).toEqual([]);
  });

  it('with a scale of constant ones', async () => {
    const ones = float32(new Array<number>(normalized.reduce((a, b) => a * b)).fill(1), normalized);
    const build = (b: GraphBuilder, x: Value) => allOutputs(b, [x, b.constant(ones)]);
    expect(await differences(engine, { inputs: [shape], build })).toEqual([]);
  });
});
