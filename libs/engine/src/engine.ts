import type { Graph, Tensor } from '@gradsign/onnx';

/** Something that runs ONNX graphs on one device. */
export interface Engine {
  /** `onnxruntime`, `tensorflow` or `reference`. */
  readonly name: string;
  /** `cpu`, `cuda`, `webgpu`, … */
  readonly device: string;
  /**
   * Precision that results are computed in; conformance tolerances follow from it. Subnormal float32 numbers (below
   * 2⁻¹²⁶ in magnitude) may count as zero: many devices have no others.
   */
  readonly precision: 'float32' | 'float64';
  /**
   * Prepares a graph whose dimensions are all numbers.
   * @throws UnsupportedOperatorError naming the node when the engine cannot run it.
   */
  load(graph: Graph): Promise<Session>;
}

/** A prepared graph. Sessions hold native memory: release them. */
export interface Session {
  /**
   * Runs the graph once. `feeds` has every graph input by name; the result has every graph output by name.
   * float32 outputs come as float32 tensors, except from a float64 engine, which returns float64.
   */
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

/** Thrown when an engine has no implementation for an operator (or for its attributes). */
export class UnsupportedOperatorError extends Error {
  override readonly name = 'UnsupportedOperatorError';
  constructor(
    readonly engine: string,
    readonly op: string,
    readonly node: string,
    reason = 'the operator is not implemented',
  ) {
    super(`${engine}: node "${node}" (${op}): ${reason}`);
  }
}
