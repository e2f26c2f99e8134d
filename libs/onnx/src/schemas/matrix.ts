import type { SchemaTable } from '../schema';

/** Matrix products. */
export const matrix: SchemaTable = {
  /** NumPy's matmul: batch axes broadcast, a vector counts as a row or a column. */
  MatMul: {
    attributes: {},
    inputs: [2, 2],
    outputs: [1, 1],
    infer(context) {
      context.floating(0);
      const dtype = context.sameType();
      const a = context.ranked(0, 1);
      const b = context.ranked(1, 1);
      const inner = b[Math.max(b.length - 2, 0)];
      if (a[a.length - 1] !== inner)
        context.reject(1, `must have ${a[a.length - 1]} rows to multiply [${a.join(',')}]`);
      const batch = context.broadcast(a.slice(0, -2), b.slice(0, -2));
      return [{ dtype, shape: [...batch, ...a.slice(-2, -1), ...(b.length > 1 ? b.slice(-1) : [])] }];
    },
  },
  /** alpha · A' B' + beta · C, where ' is an optional transposition and C broadcasts to the result. */
  Gemm: {
    attributes: {
      alpha: { kind: 'float', default: 1 },
      beta: { kind: 'float', default: 1 },
      transA: { kind: 'int', default: 0 },
      transB: { kind: 'int', default: 0 },
    },
    inputs: [2, 3],
    outputs: [1, 1],
    infer(context) {
      context.floating(0);
      const dtype = context.sameType();
      const oriented = (index: number, flag: string) => {
        const shape = context.ranked(index, 2, 2);
        return context.attributes.int(flag) !== 0 ? [shape[1], shape[0]] : shape;
      };
      const [rows, inner] = oriented(0, 'transA');
      const [innerB, columns] = oriented(1, 'transB');
      if (inner !== innerB) context.reject(1, `must have inner size ${inner}, has ${innerB}`);
      if (context.has(2)) {
        const shape = context.broadcast([rows, columns], context.ranked(2, 0, 2));
        if (shape.join() !== [rows, columns].join()) context.reject(2, `must broadcast to [${rows},${columns}]`);
      }
      return [{ dtype, shape: [rows, columns] }];
    },
  },
};
