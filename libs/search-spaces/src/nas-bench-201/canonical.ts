import { EDGES, NODES, incomingEdges, type NasBench201Cell } from './architecture';

/** A value that is zero whatever the input is. */
const ZERO = '#';

/**
 * Isomorphism string of the benchmark's published code: 6,466 classes. Node 0 is `0`; an edge is `#` if its
 * operation is none or its source is exactly `#`, its source if skip, else `(source)@op`; a node is its edges'
 * strings, sorted and joined by `+`. So zero terms stay in a sum and nested sums stay nested.
 */
export function publishedString(cell: NasBench201Cell): string {
  const nodes = ['0'];
  for (let target = 1; target < NODES; target++) {
    const edges = incomingEdges(target).map((edge) => {
      const source = nodes[EDGES[edge].source];
      if (cell[edge] === 'none' || source === ZERO) {
        return ZERO;
      }
      return cell[edge] === 'skip_connect' ? source : `(${source})@${cell[edge]}`;
    });
    nodes.push(edges.sort().join('+'));
  }
  return nodes[NODES - 1];
}

/**
 * Equality as functions of the input and the weights, up to the order of sums: 4,930 classes. As the published
 * string, but zero terms are dropped and sums are flattened.
 */
export function functionalString(cell: NasBench201Cell): string {
  const nodes: string[][] = [['0']];
  for (let target = 1; target < NODES; target++) {
    const terms = incomingEdges(target).flatMap((edge) => {
      const source = nodes[EDGES[edge].source];
      if (cell[edge] === 'none' || source.length === 0) {
        return [];
      }
      return cell[edge] === 'skip_connect' ? source : [`(${source.join('+')})@${cell[edge]}`];
    });
    nodes.push(terms.sort());
  }
  return nodes[NODES - 1].join('+') || ZERO;
}
