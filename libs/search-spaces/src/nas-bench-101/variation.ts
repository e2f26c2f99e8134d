import type { Random } from '@gradsign/random';
import type { MutationOperator } from '../search-space';
import { MAX_EDGES, MAX_VERTICES, OPERATIONS, type NasBench101Cell } from './architecture';
import { SIZE, cellAt } from './enumeration';
import { cellOf, edgeCount, graphOf, prune, reachable, type Graph } from './graph';
import { keyOf, representative } from './representative';

/** Uniform over the 423,624 isomorphism classes; the representative of the class. */
export function sampleCell(random: Random): NasBench101Cell {
  return cellAt(random.int(SIZE));
}

/**
 * A neighbour of the cell. `uniform` picks among all neighbours. `published` first decides whether an operation or an
 * edge changes and then picks among those neighbours: the published mutation flips each of 21 edges with probability
 * 1/7 and changes each of 5 operations with probability 1/5; given that it makes one change, it is an operation with
 * odds of 5·¼ to 21·⅙, that is 5 to 14.
 */
export function mutateCell(cell: NasBench101Cell, random: Random, operator: MutationOperator): NasBench101Cell {
  const { relabelled, rewired } = neighbourhood(cell);
  if (operator === 'uniform' || relabelled.length === 0 || rewired.length === 0) {
    return random.pick([...relabelled, ...rewired]);
  }
  return random.pick(random.int(19) < 5 ? relabelled : rewired);
}

/**
 * The representatives of the classes that one change leads to: another operation at a vertex; an edge less, with the
 * vertices that it leaves unused; an edge more; or a new vertex with one incoming and one outgoing edge. They do not
 * depend on which cell of its class is given, and its own class is not among them.
 */
export function neighbourCells(cell: NasBench101Cell): NasBench101Cell[] {
  const { relabelled, rewired } = neighbourhood(cell);
  return [...relabelled, ...rewired];
}

function neighbourhood(cell: NasBench101Cell): Record<'relabelled' | 'rewired', NasBench101Cell[]> {
  const graph = representative(prune(graphOf(cell))!);
  const rewired = [...edgeRemovals(graph), ...edgeAdditions(graph), ...vertexAdditions(graph)];
  return { relabelled: distinctCells(relabellings(graph)), rewired: distinctCells(rewired) };
}

/** The cells of the graphs' classes. No change leads back to where it started: each changes a count. */
function distinctCells(graphs: readonly Graph[]): NasBench101Cell[] {
  const classes = graphs.map(representative).map((graph) => [keyOf(graph), graph] as const);
  return [...new Map(classes).values()].map(cellOf);
}

function relabellings({ sources, labels }: Graph): Graph[] {
  return labels.flatMap((current, vertex) =>
    otherLabels(current).map((label) => ({ sources, labels: labels.with(vertex, label) })),
  );
}

function otherLabels(current: number): number[] {
  return OPERATIONS.map((_, label) => label).filter((label) => label !== current);
}

function edgeRemovals({ sources, labels }: Graph): Graph[] {
  return pairs(sources)
    .filter(([source, target]) => (sources[target] >> source) & 1)
    .map(([source, target]) => prune({ sources: sources.with(target, sources[target] & ~(1 << source)), labels }))
    .filter((graph) => graph !== undefined);
}

function edgeAdditions(graph: Graph): Graph[] {
  const { sources, labels } = graph;
  if (edgeCount(graph) + 1 > MAX_EDGES) {
    return [];
  }
  return acyclicPairs(sources)
    .filter(([source, target]) => !((sources[target] >> source) & 1))
    .map(([source, target]) => ({ sources: sources.with(target, sources[target] | (1 << source)), labels }));
}

function vertexAdditions(graph: Graph): Graph[] {
  const { sources, labels } = graph;
  if (sources.length === MAX_VERTICES || edgeCount(graph) + 2 > MAX_EDGES) {
    return [];
  }
  // The new vertex takes the output's number; the output, which is nobody's source, moves up by one.
  const added = sources.length - 1;
  return acyclicPairs(sources).flatMap(([source, target]) => {
    const fed = sources.with(target, sources[target] | (1 << added));
    return OPERATIONS.map((_, label) => ({
      sources: [...fed.slice(0, -1), 1 << source, fed[added]],
      labels: [...labels, label],
    }));
  });
}

/** The pairs of vertices that an edge may join: neither into the input, nor out of the output, nor closing a cycle. */
function acyclicPairs(sources: readonly number[]): [source: number, target: number][] {
  const ancestors = sources.map((_, vertex) => reachable(vertex, sources));
  return pairs(sources).filter(
    ([source, target]) => target !== 0 && source !== sources.length - 1 && !((ancestors[source] >> target) & 1),
  );
}

function pairs(sources: readonly number[]): [source: number, target: number][] {
  return sources.flatMap((_, source) => sources.map((__, target): [number, number] => [source, target]));
}
