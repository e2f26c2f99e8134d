import { float32, int64, type Value } from '@gradsign/onnx';
import { define, type CaseBuilder, type ConformanceCase } from './case';

/** Convolution, batch normalisation in training mode, ReLU. */
function block(c: CaseBuilder, x: Value, inputs: number, outputs: number, stride: number): Value {
  const bound = 1 / Math.sqrt(9 * inputs);
  const w = c.weight([outputs, inputs, 3, 3], { from: -bound, to: bound });
  const y = c.node('Conv', [x, w], { pads: [1, 1, 1, 1], strides: [stride, stride] });
  const statistics = [1, 0, 0, 1].map((v) => c.constant(float32(new Array<number>(outputs).fill(v))));
  const [normal] = c.graph.nodes('BatchNormalization', [y, ...statistics], 3, { training_mode: 1 });
  return c.node('Relu', [normal]);
}

/** Graphs on which engines fuse, fold and reorder. */
export const network: ConformanceCase[] = [
  define('small residual network', (c) => {
    const stem = block(c, c.input([4, 3, 12, 12]), 3, 16, 1);
    const body = c.node('Add', [stem, block(c, stem, 16, 16, 1)]);
    const down = block(c, body, 16, 24, 2);
    const pooled = c.node('Flatten', [c.node('GlobalAveragePool', [down])]);
    return c.node('Gemm', [pooled, c.weight([10, 24]), c.weight([10])], { transB: 1 });
  }),
  define('per-sample weight gradient by patches', (c) => {
    const [n, channels, outputs, size] = [3, 4, 5, 6];
    const pixels = size * size;
    // One-hot kernels of a depthwise convolution shift each channel by each of the nine offsets.
    const oneHot = Float32Array.from({ length: channels * 81 }, (_, i) => ((i % 81) % 10 === 0 ? 1 : 0));
    const shift = c.constant(float32(oneHot, [channels * 9, 1, 3, 3]));
    const patches = c.node('Conv', [c.input([n, channels, size, size]), shift], {
      group: channels,
      pads: [1, 1, 1, 1],
    });
    const rows = c.node('Reshape', [patches, c.constant(int64([0, channels * 9, pixels]))]);
    const gradient = c.node('Reshape', [c.input([n, outputs, size, size]), c.constant(int64([0, outputs, pixels]))]);
    const product = c.node('MatMul', [gradient, c.node('Transpose', [rows], { perm: [0, 2, 1] })]);
    return [product, c.node('ReduceSum', [c.node('Sign', [product]), c.constant(int64([0]))], { keepdims: 0 })];
  }),
  define('softmax cross-entropy', (c) => {
    const logits = c.input([6, 10]);
    const labels = c.feed(int64([3, 0, 9, 9, 1, 5]));
    const target = c.node('OneHot', [labels, c.constant(int64([10], [])), c.constant(float32([0, 1]))]);
    const picked = c.node('Mul', [target, c.node('LogSoftmax', [logits])]);
    const gradient = c.node('Sub', [c.node('Softmax', [logits]), target]);
    return [c.node('Neg', [c.node('ReduceSum', [picked, c.constant(int64([1]))], { keepdims: 0 })]), gradient];
  }),
];
