import { EDGES_PER_NODE, INPUTS, type Cell, type NdsArchitecture } from './architecture';

/**
 * Equal for architectures that are the same network up to the order of a cell's nodes, of the two terms of a node, and
 * of the concatenation, and up to nodes that do not reach it.
 */
export function isomorphismString({ normal, reduce, width, depth }: NdsArchitecture): string {
  return `${cellString(normal)}|${cellString(reduce)}|${width}|${depth}`;
}

/** The least of the strings that the cell has in all orders of its nodes. */
function cellString(cell: Cell): string {
  const alive = aliveNodes(cell);
  const search = (places: ReadonlyMap<number, number>, strings: readonly string[]): string => {
    if (strings.length === alive.length) {
      const concat = cell.concat.map((node) => places.get(node)!).sort((a, b) => a - b);
      return `${strings.join(';')}>${concat.join()}`;
    }
    const ready = alive
      .filter((node) => !places.has(node) && edgesOf(cell, node).every(({ source }) => places.has(source)))
      .map((node) => ({ node, string: nodeString(cell, node, places) }));
    // The whole is least where its beginning is: only nodes that are tied for the next place need to be tried.
    const least = minimum(ready.map(({ string }) => string));
    const tied = ready.filter(({ string }) => string === least);
    return minimum(tied.map(({ node }) => search(new Map(places).set(node, places.size), [...strings, least])));
  };
  return search(new Map(Array.from({ length: INPUTS }, (_, input) => [input, input])), []);
}

function nodeString(cell: Cell, node: number, places: ReadonlyMap<number, number>): string {
  const terms = edgesOf(cell, node).map(({ operation, source }) => `${operation}(${places.get(source)})`);
  return terms.sort().join('+');
}

/** Nodes that the output depends on. */
function aliveNodes(cell: Cell): number[] {
  const alive = new Set(cell.concat);
  for (let node = INPUTS + cell.edges.length / EDGES_PER_NODE - 1; node >= INPUTS; node--) {
    if (alive.has(node)) edgesOf(cell, node).forEach(({ source }) => alive.add(source));
  }
  return [...alive].filter((state) => state >= INPUTS);
}

function edgesOf(cell: Cell, node: number) {
  const first = EDGES_PER_NODE * (node - INPUTS);
  return cell.edges.slice(first, first + EDGES_PER_NODE);
}

function minimum(strings: readonly string[]): string {
  return strings.reduce((a, b) => (b < a ? b : a));
}
