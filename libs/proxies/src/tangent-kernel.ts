import { gradients, lowerNormalization } from '@gradsign/autodiff';
import { BATCH, LOGITS, normalize, pruneNetwork, type Network, type WeightRole } from '@gradsign/network';
import { float32, GraphBuilder, specialize, type Graph } from '@gradsign/onnx';
import { symmetricEigenvalues } from '@gradsign/statistics';
import { finish } from './forward';

/** Name of the graph's input [B, 1] that selects a sample, and of its output [B, 1]. */
export const SELECTION = 'selection';
export const KERNEL_COLUMN = 'kernel_column';

/** Parameters that are called weights where networks are written in PyTorch. */
const WEIGHTS: ReadonlySet<WeightRole> = new Set(['conv', 'linear', 'norm_scale']);

/**
 * A graph that computes K·u for a selection u of samples, where K = J·Jᵀ and row i of J is the gradient of the sum of
 * the logits of sample i with respect to all weights; normalisation by the statistics of the batch makes it depend on
 * all samples. K·u is the gradient of ½·‖Jᵀu‖² with respect to u, so that J, samples × weights, is never held.
 */
export function kernelColumnGraph(network: Network, batchSize: number): Graph {
  const alive = pruneNetwork(network);
  const forward = lowerNormalization(normalize(specialize(alive.graph, { [BATCH]: batchSize }), 'batch'));
  const builder = GraphBuilder.from({ ...forward, outputs: [] });
  const selection = builder.input(SELECTION, 'float32', [batchSize, 1]);
  const ones = builder.constant(float32(new Float32Array(network.classes).fill(1), [1, network.classes]));
  const seed = builder.node('Mul', [selection, ones]);
  const weights = alive.weights.filter(({ role }) => WEIGHTS.has(role)).map(({ path }) => builder.value(path));
  const sums = gradients(builder, { seeds: [[builder.value(LOGITS), seed]], withRespectTo: weights });
  const [column] = gradients(builder, { seeds: sums.map((sum) => [sum, sum]), withRespectTo: [selection] });
  builder.output(column, KERNEL_COLUMN);
  return finish(builder);
}

/** λmax / λmin of a kernel given by its columns: ∞ where it is singular, or has no finite eigenvalues. */
export function conditionNumber(columns: readonly ArrayLike<number>[]): number {
  const size = columns.length;
  // Rounding makes a column differ from its row.
  const kernel = Float64Array.from({ length: size * size }, (_, k) => {
    const [i, j] = [Math.floor(k / size), k % size];
    return (columns[j][i] + columns[i][j]) / 2;
  });
  if (!kernel.every(Number.isFinite)) return Infinity;
  const eigenvalues = symmetricEigenvalues(kernel, size);
  return eigenvalues[0] > 0 ? eigenvalues[size - 1] / eigenvalues[0] : Infinity;
}
