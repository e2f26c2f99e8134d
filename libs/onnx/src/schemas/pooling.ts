import type { AttributeSchema, OpSchema, SchemaTable } from '../schema';
import { readWindow, slide, windowAttributes } from './window';

function pool(extra: Record<string, AttributeSchema>, dilated: boolean): OpSchema {
  return {
    attributes: {
      ...windowAttributes,
      kernel_shape: { kind: 'ints', required: true },
      ceil_mode: { kind: 'int', default: 0 },
      ...extra,
    },
    inputs: [1, 1],
    outputs: [1, 1],
    infer(context) {
      const { dtype } = context.floating(0);
      const kernel = context.attributes.ints('kernel_shape');
      const shape = context.ranked(0, kernel.length + 2, kernel.length + 2);
      if (context.attributes.int('ceil_mode') !== 0) context.fail('attribute "ceil_mode" must be 0');
      const window = readWindow(context, kernel, dilated);
      if (window.pads.some((pad, i) => pad >= kernel[i % kernel.length])) {
        context.fail(
          `attribute "pads" = [${window.pads.join(',')}] must be smaller than the kernel [${kernel.join(',')}]`,
        );
      }
      return [{ dtype, shape: [shape[0], shape[1], ...slide(context, 0, window)] }];
    },
  };
}

export const pooling: SchemaTable = {
  AveragePool: pool({ count_include_pad: { kind: 'int', default: 0 } }, false),
  MaxPool: pool({ dilations: { kind: 'ints' }, storage_order: { kind: 'int', default: 0 } }, true),
  GlobalAveragePool: {
    attributes: {},
    inputs: [1, 1],
    outputs: [1, 1],
    infer(context) {
      const { dtype } = context.floating(0);
      const shape = context.ranked(0, 3);
      return [{ dtype, shape: shape.map((dim, i) => (i < 2 ? dim : 1)) }];
    },
  },
};
