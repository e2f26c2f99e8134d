import type { Value } from '@gradsign/onnx';
import { notDifferentiable, type PerSampleRule, type RuleContext, type RuleTable } from '../rule';
import { dims, matrices, matrixTranspose, reshape, scalar, unbroadcast } from '../shape';

function product(context: RuleContext, x: Value, y: Value): Value {
  return context.builder.node('MatMul', [x, y]);
}

function scaled({ builder }: RuleContext, x: Value, factor: number): Value {
  return factor === 1 ? x : builder.node('Mul', [x, scalar(builder, factor)]);
}

export const matrix: RuleTable = {
  MatMul: (context) => {
    const { builder, inputs, cotangents, wants } = context;
    const [a, b] = inputs as [Value, Value];
    const [g] = cotangents as [Value];
    if (a.shape.length < 2 || b.shape.length < 2)
      notDifferentiable(context, 'vectors are not supported; give matrices');
    const left = () => product(context, g, matrixTranspose(builder, b));
    const right = () => product(context, matrixTranspose(builder, a), g);
    return [
      wants(0) ? unbroadcast(builder, left(), dims(a)) : undefined,
      wants(1) ? unbroadcast(builder, right(), dims(b)) : undefined,
    ];
  },

  /** y = α·A'·B' + β·C, where ' is an optional transposition. */
  Gemm: (context) => {
    const { builder, attributes, inputs, cotangents, wants } = context;
    const [a, b, c] = inputs as [Value, Value, Value | undefined];
    const [g] = cotangents as [Value];
    const [alpha, beta] = [attributes.float('alpha'), attributes.float('beta')];
    const [transA, transB] = [attributes.int('transA') === 1, attributes.int('transB') === 1];
    const oriented = (x: Value, transposed: boolean) => (transposed ? matrixTranspose(builder, x) : x);
    const left = () =>
      transA
        ? product(context, oriented(b, transB), matrixTranspose(builder, g))
        : product(context, g, oriented(b, !transB));
    const right = () =>
      transB
        ? product(context, matrixTranspose(builder, g), oriented(a, transA))
        : product(context, oriented(a, !transA), g);
    return [
      wants(0) ? scaled(context, left(), alpha) : undefined,
      wants(1) ? scaled(context, right(), alpha) : undefined,
      wants(2) ? scaled(context, unbroadcast(builder, g, dims(c!)), beta) : undefined,
    ];
  },
};

/** A matrix that all samples share: each sample's rows times its cotangents, [B, in, rows] × [B, rows, out]. */
const matMulWeight: PerSampleRule = (context, input) => {
  const { builder, inputs, cotangents } = context;
  const [a, b] = inputs as [Value, Value];
  if (input !== 1 || a.shape.length < 2 || b.shape.length !== 2) {
    notDifferentiable(context, 'gradients of single samples are those of a matrix on the right');
  }
  const [batch, ...rest] = dims(a);
  const rows = rest.slice(0, -1).reduce((p, q) => p * q, 1);
  const x = matrices(builder, reshape(builder, a, [batch, rows * rest.at(-1)!]), rows);
  const g = matrices(builder, reshape(builder, cotangents[0]!, [batch, rows * dims(b)[1]]), rows);
  return { values: product(context, matrixTranspose(builder, x), g) };
};

/** One row a sample: its outer product with the cotangent. */
const gemmWeight: PerSampleRule = (context, input) => {
  const { builder, attributes, inputs, cotangents } = context;
  const [a, , c] = inputs as [Value, Value, Value | undefined];
  const [g] = cotangents as [Value];
  if (attributes.int('transA') === 1) notDifferentiable(context, 'gradients of single samples need samples in rows');
  if (input === 0) notDifferentiable(context, 'only weights and biases have gradients of single samples');
  if (input === 2) {
    if (dims(c!).at(-1) !== dims(g)[1]) notDifferentiable(context, 'a bias has one element a column');
    return { values: scaled(context, g, attributes.float('beta')) };
  }
  const column = (x: Value) => reshape(builder, x, [...dims(x), 1]);
  const row = (x: Value) => reshape(builder, x, [dims(x)[0], 1, dims(x)[1]]);
  const outer = attributes.int('transB') === 1 ? [column(g), row(a)] : [column(a), row(g)];
  return { values: scaled(context, builder.node('Mul', outer), attributes.float('alpha')) };
};

export const perSampleMatrix: Readonly<Record<string, PerSampleRule>> = { MatMul: matMulWeight, Gemm: gemmWeight };
