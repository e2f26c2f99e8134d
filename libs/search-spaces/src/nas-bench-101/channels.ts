import type { Graph } from './graph';

/**
 * The channels of each vertex of a cell, input and output included. The vertices that feed the output are
 * concatenated there: they share its channels, the first ones taking one more where the division has a remainder. Any
 * other vertex has the most channels of those that it feeds. Ying et al. 2019, `compute_vertex_channels`.
 * @param graph without unused vertices, in topological order
 */
export function vertexChannels({ sources }: Graph, input: number, output: number): number[] {
  const last = sources.length - 1;
  const channels = new Array<number>(sources.length).fill(0);
  const fedFrom = concatenated(sources);
  fedFrom.forEach((vertex, i) => {
    channels[vertex] = Math.floor(output / fedFrom.length) + (i < output % fedFrom.length ? 1 : 0);
  });
  for (let vertex = last - 1; vertex > 0; vertex--) {
    if (channels[vertex] === 0) {
      channels[vertex] = Math.max(...channels.filter((_, target) => (sources[target] >> vertex) & 1));
    }
  }
  return [input, ...channels.slice(1, -1), output];
}

/** The vertices, except for the input, that feed the output. */
export function concatenated(sources: readonly number[]): number[] {
  return sources.flatMap((_, vertex) => (vertex > 0 && (sources[sources.length - 1] >> vertex) & 1 ? [vertex] : []));
}
