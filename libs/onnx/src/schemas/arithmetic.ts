import type { OpSchema, SchemaTable } from '../schema';
import type { DataType } from '../tensor';

const numeric: DataType[] = ['float32', 'float64', 'int64', 'int32', 'uint8'];
const floats: DataType[] = ['float32', 'float64'];

function unary(dtypes: DataType[]): OpSchema {
  return { attributes: {}, inputs: [1, 1], outputs: [1, 1], infer: (context) => [context.typed(0, ...dtypes)] };
}

function broadcasting(inputs: readonly [number, number]): OpSchema {
  return {
    attributes: {},
    inputs,
    outputs: [1, 1],
    infer(context) {
      context.typed(0, ...numeric);
      return [{ dtype: context.sameType(), shape: context.broadcastInputs() }];
    },
  };
}

const binary = broadcasting([2, 2]);
const variadic = broadcasting([1, Infinity]);

/** Element-wise arithmetic. */
export const arithmetic: SchemaTable = {
  Abs: unary(numeric),
  Neg: unary(['float32', 'float64', 'int64', 'int32']),
  Sign: unary(numeric),
  Exp: unary(floats),
  Log: unary(floats),
  Sqrt: unary(floats),
  Reciprocal: unary(floats),
  Add: binary,
  Sub: binary,
  Mul: binary,
  Div: binary,
  Min: variadic,
  Max: variadic,
  Pow: {
    attributes: {},
    inputs: [2, 2],
    outputs: [1, 1],
    infer: (context) => [
      {
        dtype: context.typed(0, ...numeric).dtype,
        shape: context.broadcast(context.shape(0), context.typed(1, ...numeric).shape),
      },
    ],
  },
  Clip: {
    attributes: {},
    inputs: [1, 3],
    outputs: [1, 1],
    infer(context) {
      context.typed(0, ...numeric);
      context.sameType();
      for (const bound of [1, 2]) if (context.has(bound)) context.expectShape(bound, []);
      return [context.input(0)];
    },
  },
};
