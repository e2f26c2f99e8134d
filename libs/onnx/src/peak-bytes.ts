import { GraphBuilder, type Value } from './builder';
import type { Graph } from './graph';
import type { DataType } from './tensor';

const BYTES: Readonly<Record<DataType, number>> = { float32: 4, uint8: 1, int32: 4, int64: 8, bool: 1, float64: 8 };

/**
 * Bytes that the values of a graph take when its nodes run one after the other and each value is freed after its last
 * reader: the largest sum of values that are there at once, with inputs, initializers and outputs, which are there
 * from the beginning or to the end. What an operator takes for itself while it runs is not counted.
 * @param graph all dimensions are numbers
 * @param types where its values are known already
 */
export function peakBytes(graph: Graph, types: Pick<GraphBuilder, 'value'> = GraphBuilder.from(graph)): number {
  const size = (name: string) => bytesOf(types.value(name));
  const kept = new Set([...graph.initializers.keys(), ...[...graph.inputs, ...graph.outputs].map(({ name }) => name)]);
  const lastReader = new Map<string, number>();
  graph.nodes.forEach(({ inputs }, i) => inputs.forEach((name) => lastReader.set(name, i)));
  let live = [...graph.initializers.keys(), ...graph.inputs.map(({ name }) => name)].reduce((n, of) => n + size(of), 0);
  let peak = live;
  graph.nodes.forEach(({ inputs, outputs }, i) => {
    const made = outputs.filter((name) => name !== '');
    for (const name of made) live += size(name);
    peak = Math.max(peak, live);
    // A value that nothing reads is freed at once.
    for (const name of new Set([...inputs, ...made])) {
      if (name !== '' && !kept.has(name) && (lastReader.get(name) ?? i) === i) live -= size(name);
    }
  });
  return peak;
}

function bytesOf({ dtype, shape }: Value): number {
  return shape.reduce<number>((product, dim) => product * Number(dim), BYTES[dtype]);
}
