import type { Engine, Session } from '@gradsign/engine';
import { BATCH, IMAGES, LOGITS, normalize, prune, withWeights, type Network } from '@gradsign/network';
import { specialize, tensor, type Graph, type Tensor } from '@gradsign/onnx';
import type { ImageSet } from './data';

const EVALUATION_BATCH = 250;

/** The network with its trained weights, normalising by running statistics; the batch axis stays symbolic. */
export function inferenceGraph(
  network: Network,
  weights: ReadonlyMap<string, Tensor>,
  statistics: ReadonlyMap<string, Tensor>,
): Graph {
  // Pruned first: dead normalisations have no statistics.
  const alive: Network = { ...network, graph: prune(network.graph) };
  return normalize(withWeights(alive, weights), 'inference', { statistics });
}

/** Accuracies in percent of several image sets; NaN for an empty one. */
export async function accuracies(engine: Engine, graph: Graph, sets: readonly ImageSet[]): Promise<number[]> {
  const session = await engine.load(specialize(graph, { [BATCH]: EVALUATION_BATCH }));
  try {
    const results: number[] = [];
    for (const set of sets) results.push(await accuracy(session, graph, set));
    return results;
  } finally {
    await session.release();
  }
}

async function accuracy(session: Session, graph: Graph, set: ImageSet): Promise<number> {
  const shape = graph.inputs.find(({ name }) => name === IMAGES)!.shape.slice(1) as number[];
  const size = shape.reduce((a, b) => a * b, 1);
  let correct = 0;
  for (let start = 0; start < set.count; start += EVALUATION_BATCH) {
    const count = Math.min(EVALUATION_BATCH, set.count - start);
    const images = new Float32Array(EVALUATION_BATCH * size);
    images.set(set.images.subarray(start * size, (start + count) * size));
    const outputs = await session.run({ [IMAGES]: tensor('float32', [EVALUATION_BATCH, ...shape], images) });
    correct += countCorrect(outputs[LOGITS] as Tensor<'float32'>, set.labels.subarray(start, start + count));
  }
  return set.count === 0 ? NaN : (100 * correct) / set.count;
}

/** Rows of logits [≥ labels, classes] whose first maximum is at the label. */
export function countCorrect({ data, shape }: Tensor<'float32'>, labels: Int32Array): number {
  const classes = shape[1];
  let correct = 0;
  labels.forEach((label, row) => {
    let best = 0;
    for (let c = 1; c < classes; c++) if (data[row * classes + c] > data[row * classes + best]) best = c;
    if (best === label) correct++;
  });
  return correct;
}
