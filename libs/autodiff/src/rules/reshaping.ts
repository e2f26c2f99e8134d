import type { Rule, RuleTable } from '../rule';
import { dims, range, reduceSum, reshape, transpose, unbroadcast } from '../shape';

/** Operators that only change the shape: the cotangent takes the input's shape again. */
const sameElements: Rule = ({ builder, inputs, cotangents }) => [reshape(builder, cotangents[0]!, dims(inputs[0]!))];

export const reshaping: RuleTable = {
  Reshape: sameElements,
  Flatten: sameElements,
  Squeeze: sameElements,
  Unsqueeze: sameElements,
  Transpose: ({ builder, attributes, inputs, cotangents }) => {
    const axes = range(inputs[0]!.shape.length);
    const perm = attributes.ints('perm', axes.toReversed());
    return [
      transpose(
        builder,
        cotangents[0]!,
        axes.map((axis) => perm.indexOf(axis)),
      ),
    ];
  },
  /** Every copy of the input gives its cotangent back. */
  Tile: ({ builder, inputs: [x], cotangents: [g] }) => {
    const shape = dims(x!);
    const apart = shape.flatMap((size, axis) => [dims(g!)[axis] / size, size]);
    const copies = range(shape.length).map((axis) => 2 * axis);
    return [reduceSum(builder, reshape(builder, g!, apart), copies, false)];
  },
  Expand: ({ builder, inputs, cotangents }) => [unbroadcast(builder, cotangents[0]!, dims(inputs[0]!))],
};
