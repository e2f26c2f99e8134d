import type { InferenceContext } from '../inference-context';
import type { SchemaTable } from '../schema';
import { readWindow, slide, windowAttributes, type Window } from './window';

const attributes = {
  ...windowAttributes,
  dilations: { kind: 'ints' },
  group: { kind: 'int', default: 1 },
} as const;

/** The window of a convolution, whose kernel sizes are those of the weight (input 1). */
function convolutionWindow(context: InferenceContext): Window {
  const rank = context.ranked(0, 3).length;
  context.ranked(1, rank, rank);
  const kernel = Array.from({ length: rank - 2 }, (_, i) => context.size(1, i + 2));
  const declared = context.attributes.ints('kernel_shape', kernel);
  if (declared.join() !== kernel.join()) {
    context.reject(1, `does not have the kernel_shape [${declared.join(',')}] of the attribute`);
  }
  return readWindow(context, kernel);
}

/** X [N, C, …], W [M, C/group, …], B [M] → [N, M, …]; transposed: W [C, M/group, …]. */
export const convolution: SchemaTable = {
  Conv: {
    attributes,
    inputs: [2, 3],
    outputs: [1, 1],
    infer(context) {
      context.floating(0);
      const dtype = context.sameType();
      const window = convolutionWindow(context);
      const group = context.attributes.int('group');
      const outputs = context.size(1, 0);
      if (context.size(1, 1) * group !== context.size(0, 1)) {
        context.reject(1, `must have ${context.size(0, 1)} input channels / group ${group} on axis 1`);
      }
      if (group < 1 || outputs % group !== 0)
        context.reject(1, `must have output channels divisible by group ${group}`);
      if (context.has(2)) context.expectShape(2, [outputs]);
      return [{ dtype, shape: [context.shape(0)[0], outputs, ...slide(context, 0, window)] }];
    },
  },
  ConvTranspose: {
    attributes: { ...attributes, output_padding: { kind: 'ints' } },
    inputs: [2, 3],
    outputs: [1, 1],
    infer(context) {
      context.floating(0);
      const dtype = context.sameType();
      const { kernel, strides, dilations, pads } = convolutionWindow(context);
      const group = context.attributes.int('group');
      const channels = context.size(0, 1);
      if (context.size(1, 0) !== channels) context.reject(1, `must have ${channels} input channels on axis 0`);
      if (group < 1 || channels % group !== 0) context.reject(0, `must have channels divisible by group ${group}`);
      const outputs = context.size(1, 1) * group;
      if (context.has(2)) context.expectShape(2, [outputs]);
      const extra = context.attributes.ints(
        'output_padding',
        kernel.map(() => 0),
      );
      if (extra.length !== kernel.length || extra.some((v, i) => v < 0 || v >= Math.max(strides[i], dilations[i]))) {
        context.fail(
          `attribute "output_padding" = [${extra.join(',')}] must be smaller than stride or dilation on each axis`,
        );
      }
      const spatial = kernel.map((k, i) => {
        const full = (context.size(0, i + 2) - 1) * strides[i] + extra[i] + (k - 1) * dilations[i] + 1;
        const size = full - pads[i] - pads[i + kernel.length];
        return size > 0
          ? size
          : context.fail(`attribute "pads" = [${pads.join(',')}] must leave an output on axis ${i + 2}`);
      });
      return [{ dtype, shape: [context.shape(0)[0], outputs, ...spatial] }];
    },
  },
};
