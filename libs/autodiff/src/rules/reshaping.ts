import { int64, type Value } from '@gradsign/onnx';
import type { Rule, RuleTable } from '../rule';
import { dims, reshape, transpose, unbroadcast } from '../shape';

/** Operators that only change the shape: the cotangent takes the input's shape again. */
const sameElements: Rule = ({ builder, inputs, cotangents }) => [reshape(builder, cotangents[0]!, dims(inputs[0]!))];

export const reshaping: RuleTable = {
  Reshape: sameElements,
  Flatten: sameElements,
  Squeeze: sameElements,
  Unsqueeze: sameElements,
  Transpose: ({ builder, attributes, inputs, cotangents }) => {
    const rank = inputs[0]!.shape.length;
    const perm = attributes.ints('perm', [...Array(rank).keys()].reverse());
    const inverse = perm.map((_, axis) => perm.indexOf(axis));
    return [transpose(builder, cotangents[0]!, inverse)];
  },
  Expand: ({ builder, inputs, cotangents }) => [unbroadcast(builder, cotangents[0]!, dims(inputs[0]!))],
  Concat: ({ builder, attributes, inputs, cotangents, wants }) => {
    const rank = cotangents[0]!.shape.length;
    const axis = (attributes.int('axis') + rank) % rank;
    let start = 0;
    return inputs.map((input, i): Value | undefined => {
      const end = start + dims(input!)[axis];
      const range = [[start], [end], [axis]].map((v) => builder.constant(int64(v)));
      start = end;
      return wants(i) ? builder.node('Slice', [cotangents[0], ...range]) : undefined;
    });
  },
};
