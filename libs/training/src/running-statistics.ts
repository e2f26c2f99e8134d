import { float32, type Tensor } from '@gradsign/onnx';

/** Weight of a new batch, as in PyTorch's default. */
const MOMENTUM = 0.1;

/** Running mean and variance of every normalisation, as PyTorch keeps them (variance unbiased). */
export class RunningStatistics {
  private readonly values = new Map<string, Tensor<'float32'>>();

  /** @param count values that one mean was taken over: batch size × height × width. */
  update(node: string, mean: Tensor<'float32'>, variance: Tensor<'float32'>, count: number): void {
    this.blend(`${node}.running_mean`, mean.data, 1, 0);
    this.blend(`${node}.running_var`, variance.data, count / Math.max(1, count - 1), 1);
  }

  /** By the names that inference-mode normalisation expects. */
  tensors(): ReadonlyMap<string, Tensor<'float32'>> {
    return this.values;
  }

  private blend(name: string, values: Float32Array, factor: number, initial: number): void {
    let running = this.values.get(name);
    if (!running) this.values.set(name, (running = float32(new Float32Array(values.length).fill(initial))));
    for (let i = 0; i < values.length; i++) {
      running.data[i] += MOMENTUM * (values[i] * factor - running.data[i]);
    }
  }
}
