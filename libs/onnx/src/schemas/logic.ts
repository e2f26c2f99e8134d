import type { OpSchema, SchemaTable } from '../schema';
import type { DataType } from '../tensor';

const ordered: DataType[] = ['float32', 'float64', 'int64', 'int32', 'uint8'];

function comparison(dtypes: DataType[]): OpSchema {
  return {
    attributes: {},
    inputs: [2, 2],
    outputs: [1, 1],
    infer(context) {
      context.typed(0, ...dtypes);
      context.sameType();
      return [{ dtype: 'bool', shape: context.broadcastInputs() }];
    },
  };
}

/** Comparisons and Boolean operators, and the choice between two values. */
export const logic: SchemaTable = {
  Greater: comparison(ordered),
  GreaterOrEqual: comparison(ordered),
  Less: comparison(ordered),
  LessOrEqual: comparison(ordered),
  Equal: comparison([...ordered, 'bool']),
  And: comparison(['bool']),
  Or: comparison(['bool']),
  Not: { attributes: {}, inputs: [1, 1], outputs: [1, 1], infer: (context) => [context.typed(0, 'bool')] },
  IsNaN: {
    attributes: {},
    inputs: [1, 1],
    outputs: [1, 1],
    infer: (context) => [{ dtype: 'bool', shape: context.floating(0).shape }],
  },
  Where: {
    attributes: {},
    inputs: [3, 3],
    outputs: [1, 1],
    infer(context) {
      context.typed(0, 'bool');
      return [{ dtype: context.sameType(1), shape: context.broadcastInputs() }];
    },
  },
};
