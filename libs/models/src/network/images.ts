import { formatShape, type Dim, type ForeignModel } from '@gradsign/onnx';
import { ModelError } from '../model-error';

/** The input of a model: its images. */
export interface Images {
  readonly name: string;
  /** Channels, height, width; undefined where the file leaves them open and nobody else says. */
  readonly shape: readonly [number, number, number] | undefined;
  /** Whether the file wants [N, H, W, C]. */
  readonly channelsLast: boolean;
  /** The batch size that the file has in its shapes, where it has one. */
  readonly fixedBatch?: number;
}

type Shape = readonly [number, number, number];

/** A size of the file; some exporters write -1 or 0 for one that is open. */
const known = (dim: Dim): number | undefined => (typeof dim === 'number' && dim > 0 ? dim : undefined);

/** Numbers of channels that images have. */
const CHANNELS = [1, 3];

/**
 * The model's one input, as images of a shape.
 * @throws ModelError unless it is one float32 tensor of four axes that fits the shape.
 */
export function imagesOf({ graph: { inputs } }: ForeignModel, wanted?: Shape): Images {
  if (inputs.length !== 1) {
    const list = inputs.map(({ name }) => `"${name}"`).join(', ');
    throw new ModelError(`the model has ${inputs.length} inputs (${list}), must have one, its images`);
  }
  const [{ name, dtype, shape }] = inputs;
  if (dtype !== 'float32' || shape.length !== 4) {
    throw new ModelError(
      `input "${name}" is ${dtype}${formatShape(shape)}, must be images: float32[N,C,H,W] or [N,H,W,C]`,
    );
  }
  const [batch, ...rest] = shape;
  const sizes = rest.map(known);
  const { channelsLast, image } = wanted ? fitting(name, sizes, wanted) : guessed(sizes);
  return { name, shape: image, channelsLast, fixedBatch: known(batch) };
}

function fitting(name: string, sizes: readonly (number | undefined)[], wanted: Shape) {
  const [channels, height, width] = wanted;
  const fits = (shape: Shape) => sizes.every((size, i) => size === undefined || size === shape[i]);
  if (fits(wanted)) return { channelsLast: false, image: wanted };
  if (fits([height, width, channels])) return { channelsLast: true, image: wanted };
  const own = sizes.map((size) => size ?? '?').join(',');
  throw new ModelError(
    `input "${name}" takes images [${own}], the data set has [${wanted.join(',')}] (channels, height, width)`,
  );
}

function guessed(sizes: readonly (number | undefined)[]): Pick<Images, 'channelsLast'> & { image?: Shape } {
  const [first, second, third] = sizes;
  const channelsLast = CHANNELS.includes(third ?? 0) && !CHANNELS.includes(first ?? 0);
  if (first === undefined || second === undefined || third === undefined) return { channelsLast };
  return { channelsLast, image: channelsLast ? [third, first, second] : [first, second, third] };
}

/** The name of the model's one output. @throws ModelError */
export function outputOf({ outputs }: ForeignModel): string {
  if (outputs.length === 1) return outputs[0];
  const list = outputs.map((name) => `"${name}"`).join(', ');
  throw new ModelError(`the model has ${outputs.length} outputs (${list}), must have one, its logits`);
}
