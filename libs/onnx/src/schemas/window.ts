import type { AttributeSchema } from '../schema';
import type { InferenceContext } from '../inference-context';

/** A sliding window over the spatial axes: one entry per axis, `pads` begins then ends. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
}

export const windowAttributes: Readonly<Record<string, AttributeSchema>> = {
  auto_pad: { kind: 'string', default: 'NOTSET' },
  kernel_shape: { kind: 'ints' },
  strides: { kind: 'ints' },
  pads: { kind: 'ints' },
};

/** Reads and checks the window attributes for `kernel.length` spatial axes. */
export function readWindow(context: InferenceContext, kernel: readonly number[], dilated = true): Window {
  const { attributes } = context;
  const rank = kernel.length;
  if (attributes.string('auto_pad') !== 'NOTSET') {
    context.fail(`attribute "auto_pad" = ${attributes.string('auto_pad')} must be NOTSET (give explicit pads)`);
  }
  const list = (name: string, length: number, fallback: number, least: number): readonly number[] => {
    const values = attributes.ints(name, new Array<number>(length).fill(fallback));
    if (values.length !== length || values.some((v) => v < least)) {
      context.fail(`attribute "${name}" = [${values.join(',')}] must have ${length} entries of at least ${least}`);
    }
    return values;
  };
  return {
    kernel,
    strides: list('strides', rank, 1, 1),
    dilations: dilated ? list('dilations', rank, 1, 1) : new Array<number>(rank).fill(1),
    pads: list('pads', 2 * rank, 0, 0),
  };
}

/** Sizes of input `index`'s spatial axes (from axis 2 on) after the window has slid over them. */
export function slide(context: InferenceContext, index: number, window: Window): number[] {
  return window.kernel.map((kernel, i) => {
    const extent = context.size(index, i + 2) + window.pads[i] + window.pads[i + window.kernel.length];
    const span = (kernel - 1) * window.dilations[i] + 1;
    if (span > extent)
      context.reject(index, `is smaller on axis ${i + 2} than the window: ${extent} padded against ${span}`);
    return Math.floor((extent - span) / window.strides[i]) + 1;
  });
}
