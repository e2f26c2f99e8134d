import { BATCH, IMAGES, LOGITS, withWeights } from '@gradsign/network';
import { float32, sizeOf, specialize, type Graph, type Tensor } from '@gradsign/onnx';
import { importModel, type ImportedModel } from '../import';
import { modelBytes, type FileAttribute, type FileModel, type FileNode } from './model-bytes';

/** What runs the graphs of a test: an engine that computes in float64. */
export interface Runner {
  load(graph: Graph): Promise<{ run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> }>;
}

/** Logits of a model for images, with its own weights. */
export async function logitsOf(engine: Runner, { network, weights }: ImportedModel, images: Tensor): Promise<number[]> {
  const graph = specialize(withWeights(network, weights), { [BATCH]: images.shape[0] });
  const session = await engine.load(graph);
  const { [LOGITS]: logits } = await session.run({ [IMAGES]: images });
  return [...(logits.data as Float64Array)];
}

/** Numbers between −2 and 2 that differ from each other and from zero. */
export function values(shape: readonly number[]): Tensor<'float32'> {
  const size = sizeOf(shape);
  return float32(
    Array.from({ length: size }, (_, i) => (4 * (((i * 7) % size) + 0.4)) / size - 2),
    shape,
  );
}

export function identity(size: number): Tensor<'float32'> {
  return float32(
    Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0)),
    [size, size],
  );
}

/** Nodes from `x` to `y`, of a network that gives the elements of `y` as logits. */
export interface Fragment extends Partial<Omit<FileModel, 'nodes'>> {
  readonly nodes: readonly FileNode[];
  /** Of one image. */
  readonly imageShape: readonly [number, number, number];
  /** Elements of `y` for one image. */
  readonly size: number;
}

export function fragmentBytes({ nodes, imageShape, size, initializers, ...rest }: Fragment): Uint8Array {
  return modelBytes({
    inputs: [['x', ['batch', ...imageShape]]],
    outputs: ['logits'],
    initializers: { ...initializers, identity: identity(size) },
    nodes: [
      ...nodes,
      { op: 'Flatten', inputs: ['y'], outputs: ['flat'], name: 'flat' },
      { op: 'MatMul', inputs: ['flat', 'identity'], outputs: ['logits'], name: 'logits' },
    ],
    ...rest,
  });
}

/** The elements of `y` for some images. */
export async function runFragment(engine: Runner, fragment: Fragment, images: Tensor): Promise<number[]> {
  return logitsOf(engine, importModel(fragmentBytes(fragment), { imageShape: fragment.imageShape }), images);
}

export const numbers = (tensor: Tensor): number[] => Array.from(tensor.data as Float32Array);

/** A node from `x` to `y`, named `subject`. */
export function node(
  op: string,
  attributes: Readonly<Record<string, FileAttribute>> = {},
  more: readonly string[] = [],
): FileNode {
  return { op, inputs: ['x', ...more], outputs: ['y'], name: 'subject', attributes };
}

export function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5));
}
