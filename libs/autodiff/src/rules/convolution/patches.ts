import { sizeOf, tensor, type GraphBuilder, type Value } from '@gradsign/onnx';
import { dims, flatSpace, matrixTranspose, pad, reshape } from '../../shape';
import type { Geometry } from './geometry';

/** A window and the number of positions at which it is laid, one entry an axis; `pads` are those at the beginning. */
export interface PatchWindow extends Pick<Geometry, 'kernel' | 'strides' | 'dilations' | 'pads'> {
  readonly out: readonly number[];
}

/**
 * What a window sees of an input: […, C, H, W] → […, H'·W', kh·kw·C], zeros in the padding. One Gather copies whole
 * channel vectors; a row of zeros behind the last pixel stands for all padding.
 */
export function patches(builder: GraphBuilder, x: Value, window: PatchWindow): Value {
  const [channels, ...space] = dims(x).slice(-3);
  const outside = sizeOf(space);
  const { indices, padded } = sources(builder, window, space, outside);
  const pixels = matrixTranspose(builder, flatSpace(builder, x));
  const none = pixels.shape.map(() => 0);
  const from = padded ? pad(builder, pixels, none, none.with(-2, 1)) : pixels;
  const gathered = builder.node('Gather', [from, indices], { axis: from.shape.length - 2 });
  return reshape(builder, gathered, [...dims(x).slice(0, -3), sizeOf(window.out), sizeOf(window.kernel) * channels]);
}

interface Sources {
  /** int32 [H'·W'·kh·kw]: the pixel that each tap of the window sees at each position, or `outside`. */
  readonly indices: Value;
  /** Whether some tap is outside. */
  readonly padded: boolean;
}

/** Made once a graph and geometry, so that patches of one value for several layers are equal nodes. */
const known = new WeakMap<GraphBuilder, Map<string, Sources>>();

function sources(builder: GraphBuilder, window: PatchWindow, space: readonly number[], outside: number): Sources {
  const made = known.get(builder) ?? new Map<string, Sources>();
  known.set(builder, made);
  const { kernel, strides, dilations, pads, out } = window;
  const key = [kernel, strides, dilations, pads.slice(0, 2), out, space].join(';');
  const old = made.get(key);
  if (old) return old;

  const pixel = (axis: number, position: number, tap: number) =>
    position * strides[axis] + tap * dilations[axis] - pads[axis];
  const inside = (row: number, column: number) => row >= 0 && row < space[0] && column >= 0 && column < space[1];
  const values = new Int32Array(sizeOf(out) * sizeOf(kernel));
  let to = 0;
  for (let h = 0; h < out[0]; h++) {
    for (let w = 0; w < out[1]; w++) {
      for (let i = 0; i < kernel[0]; i++) {
        for (let j = 0; j < kernel[1]; j++) {
          const [row, column] = [pixel(0, h, i), pixel(1, w, j)];
          values[to++] = inside(row, column) ? row * space[1] + column : outside;
        }
      }
    }
  }
  const indices = builder.constant(tensor('int32', [values.length], values));
  const result = { indices, padded: values.includes(outside) };
  made.set(key, result);
  return result;
}
