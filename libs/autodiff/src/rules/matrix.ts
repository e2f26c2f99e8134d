import type { Value } from '@gradsign/onnx';
import { NotDifferentiableError, type RuleTable } from '../rule';
import { dims, matrixTranspose, reduceSum, reshape, scalar, unbroadcast } from '../shape';

export const matrix: RuleTable = {
  MatMul: ({ builder, node, inputs, cotangents, wants, perSample }) => {
    const [a, b] = inputs as Value[];
    const [g] = cotangents as Value[];
    if (a.shape.length < 2 || b.shape.length < 2) {
      throw new NotDifferentiableError(node.name, node.op, 'vectors are not supported; give matrices');
    }
    if (perSample(1)) {
      // Rows of each sample times its cotangents: [B, in, rows] × [B, rows, out].
      const [batch] = dims(a);
      const matrices = (x: Value) =>
        reshape(builder, x, [
          batch,
          dims(x)
            .slice(1, -1)
            .reduce((p, q) => p * q, 1),
          dims(x).at(-1)!,
        ]);
      return [
        wants(0) ? builder.node('MatMul', [g, matrixTranspose(builder, b)]) : undefined,
        builder.node('MatMul', [matrixTranspose(builder, matrices(a)), matrices(g)]),
      ];
    }
    return [
      wants(0) ? unbroadcast(builder, builder.node('MatMul', [g, matrixTranspose(builder, b)]), dims(a)) : undefined,
      wants(1) ? unbroadcast(builder, builder.node('MatMul', [matrixTranspose(builder, a), g]), dims(b)) : undefined,
    ];
  },

  /** y = α·A'·B' + β·C, where ' is an optional transposition. */
  Gemm: ({ builder, node, attributes, inputs, cotangents, wants, perSample }) => {
    const [a, b, c] = inputs;
    const [g] = cotangents as Value[];
    const [alpha, beta] = [attributes.float('alpha'), attributes.float('beta')];
    const [transA, transB] = [attributes.int('transA') === 1, attributes.int('transB') === 1];
    const scaled = (x: Value, factor: number) => (factor === 1 ? x : builder.node('Mul', [x, scalar(builder, factor)]));
    const product = (x: Value, transX: boolean, y: Value, transY: boolean) =>
      builder.node('MatMul', [transX ? matrixTranspose(builder, x) : x, transY ? matrixTranspose(builder, y) : y]);
    const dA = () => (transA ? product(b!, transB, g, true) : product(g, false, b!, !transB));
    const dB = () => (transB ? product(g, true, a!, transA) : product(a!, !transA, g, false));
    const dBPerSample = () => {
      if (transA)
        throw new NotDifferentiableError(node.name, node.op, 'per-sample gradients need the batch in the rows');
      const [[batch, rows], [, columns]] = [dims(a!), dims(g)];
      const [x, y] = [reshape(builder, a!, [batch, rows, 1]), reshape(builder, g, [batch, columns, 1])];
      // An outer product for each sample.
      return transB
        ? builder.node('Mul', [y, reshape(builder, a!, [batch, 1, rows])])
        : builder.node('Mul', [x, reshape(builder, g, [batch, 1, columns])]);
    };
    return [
      wants(0) ? scaled(dA(), alpha) : undefined,
      wants(1) ? scaled(perSample(1) ? dBPerSample() : dB(), alpha) : undefined,
      c && wants(2)
        ? scaled(perSample(2) ? g : unbroadcast(builder, reduceSum(builder, g, [], true), dims(c)), beta)
        : undefined,
    ];
  },
};
