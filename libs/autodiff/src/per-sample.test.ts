import { ReferenceEngine } from '@gradsign/engine-reference';
import { GraphBuilder, type Value } from '@gradsign/onnx';
import { perSampleGradients } from './gradients';
import { NotDifferentiableError } from './rule';
import { perSampleDifferences, type PerSampleCase } from './testing/per-sample-check';

const engine = new ReferenceEngine();
const pads = [1, 1, 1, 1];

const cases: [string, PerSampleCase][] = [
  ['Gemm', { samples: [3, 4], weights: [[4, 2], [2]], build: (b, ...xs) => b.node('Gemm', xs, { alpha: 2, beta: 3 }) }],
  [
    'Gemm with transB and a bias of one row',
    {
      samples: [3, 4],
      weights: [
        [2, 4],
        [1, 2],
      ],
      build: (b, ...xs) => b.node('Gemm', xs, { transB: 1 }),
    },
  ],
  ['MatMul of rows', { samples: [3, 4], weights: [[4, 2]], build: (b, ...xs) => b.node('MatMul', xs) }],
  ['MatMul of matrices', { samples: [3, 2, 4], weights: [[4, 2]], build: (b, ...xs) => b.node('MatMul', xs) }],
  ['MatMul of stacks', { samples: [2, 3, 2, 4], weights: [[4, 5]], build: (b, ...xs) => b.node('MatMul', xs) }],
  [
    'a weight that two layers share',
    {
      samples: [3, 2, 4, 4],
      weights: [[2, 2, 3, 3]],
      build: (b, x, w) => b.node('Conv', [b.node('Relu', [b.node('Conv', [x, w], { pads })]), w], { pads }),
    },
  ],
  [
    'a weight that layers of two kinds share',
    {
      samples: [2, 3],
      weights: [[3, 3]],
      build: (b, x, w) => b.node('MatMul', [b.node('Gemm', [x, w], { transB: 1 }), w]),
    },
  ],
  [
    'a network with normalisation, branches and pooling',
    {
      samples: [3, 2, 6, 6],
      weights: [
        [4, 2, 3, 3],
        [4, 4, 1, 1],
        [4, 1, 3, 3],
        [3, 4],
      ],
      build: (b, x, stem, left, right, head) => {
        const normal = (v: Value) => b.nodes('LayerNormalization', [v, ones(b, v)], 3, { axis: 2 })[0];
        const y = b.node('Relu', [normal(b.node('Conv', [x, stem], { pads }))]);
        const branches = [b.node('Conv', [y, left]), b.node('Conv', [y, right], { pads, group: 4 })];
        const pooled = b.node('AveragePool', [b.node('Add', branches)], {
          kernel_shape: [3, 3],
          strides: [2, 2],
          pads,
        });
        const flat = b.node('Flatten', [b.node('GlobalAveragePool', [b.node('Relu', [normal(pooled)])])]);
        return b.node('Softmax', [b.node('Gemm', [flat, head], { transB: 1 })]);
      },
    },
  ],
];

function ones(b: GraphBuilder, v: Value): Value {
  const shape = v.shape.slice(2) as number[];
  return b.constant({ dtype: 'float32', shape, data: new Float32Array(shape[0] * shape[1]).fill(1) });
}

it.each(cases)('%s', async (_, subject) => {
  expect(await perSampleDifferences(engine, subject)).toEqual([]);
});

it('has no gradient for a weight that nothing depends on, nor for one behind a step', () => {
  const b = new GraphBuilder('dead');
  const x = b.input('x', 'float32', [2, 3]);
  const [unused, stepped] = [b.input('unused', 'float32', [3, 3]), b.input('stepped', 'float32', [3, 3])];
  const y = b.node('Sign', [b.node('MatMul', [x, stepped])]);
  expect(perSampleGradients(b, { seeds: [[y, y]], withRespectTo: [unused, stepped] })).toEqual([undefined, undefined]);
});

it('refuses weights of layers without a rule for single samples', () => {
  const b = new GraphBuilder('scale');
  const [x, w] = [b.input('x', 'float32', [2, 3]), b.input('w', 'float32', [3])];
  const y = b.node('Mul', [x, w], {}, 'scale');
  expect(() => perSampleGradients(b, { seeds: [[y, y]], withRespectTo: [w] })).toThrow(NotDifferentiableError);
  expect(() => perSampleGradients(b, { seeds: [[y, y]], withRespectTo: [w] })).toThrow(
    'node "scale" (Mul) cannot be differentiated: it has no rule for single samples',
  );
});
