import { dataTypeCodes, dataTypeOf } from '../data-type';
import type { SchemaTable } from '../schema';

/** Operators that change the element type, or nothing. */
export const casting: SchemaTable = {
  Identity: { attributes: {}, inputs: [1, 1], outputs: [1, 1], infer: (context) => [context.input(0)] },
  Cast: {
    attributes: { to: { kind: 'int', required: true } },
    inputs: [1, 1],
    outputs: [1, 1],
    infer(context) {
      const code = context.attributes.int('to');
      const known = Object.entries(dataTypeCodes).map(([name, number]) => `${number} (${name})`);
      const dtype = dataTypeOf(code) ?? context.fail(`attribute "to" = ${code} must be one of ${known.join(', ')}`);
      return [{ dtype, shape: context.shape(0) }];
    },
  },
};
