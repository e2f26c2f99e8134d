import type { CategoricalEncoding, Choice } from '../search-space';
import { EDGES_PER_NODE, cellOf, nodeOf, type Cell, type Edge, type NdsArchitecture } from './architecture';
import { DEPTHS, WIDTHS, type DesignSpace } from './design-space';

/**
 * Operation and source of every edge of both cells, then width and depth: the architectures that are sampled. Others
 * (of another width or depth, or with a concatenation of their own) have no vector.
 */
export function ndsEncoding(space: DesignSpace): CategoricalEncoding<NdsArchitecture> {
  const edges = Array.from({ length: EDGES_PER_NODE * space.nodes }, (_, edge) => edge);
  const cellChoices = (cell: string): Choice[] =>
    edges.flatMap((edge) => [
      { name: `${cell}[${edge}].operation`, options: space.operations },
      { name: `${cell}[${edge}].source`, options: Array.from({ length: nodeOf(edge) }, (_, i) => String(i)) },
    ]);
  const choices: Choice[] = [
    ...cellChoices('normal'),
    ...cellChoices('reduce'),
    { name: 'width', options: WIDTHS.map(String) },
    { name: 'depth', options: DEPTHS.map(String) },
  ];

  const encodeCell = (cell: Cell) =>
    cell.edges.flatMap(({ operation, source }) => [space.operations.indexOf(operation), source]);
  const decodeCell = (indices: readonly number[]): Cell => {
    const edge = (i: number): Edge => ({ operation: space.operations[indices[2 * i]], source: indices[2 * i + 1] });
    return cellOf(space, edges.map(edge));
  };
  return {
    choices,
    encode({ normal, reduce, width, depth }) {
      const regular = [normal, reduce].every((cell) => cell.concat.join() === cellOf(space, cell.edges).concat.join());
      if (!regular || !WIDTHS.includes(width) || !DEPTHS.includes(depth)) {
        throw new RangeError(
          `a ${space.name} architecture of width ${width} and depth ${depth} that concatenates ` +
            `[${normal.concat.join()}] and [${reduce.concat.join()}] has no vector: width must be one of ` +
            `${WIDTHS.join(', ')}, depth one of ${DEPTHS.join(', ')}, and cells must concatenate ` +
            (space.output === 'all' ? 'all nodes' : 'the nodes that no other node reads'),
        );
      }
      return [...encodeCell(normal), ...encodeCell(reduce), WIDTHS.indexOf(width), DEPTHS.indexOf(depth)];
    },
    decode(indices) {
      if (indices.length !== choices.length || indices.some((index, i) => !(index in choices[i].options))) {
        throw new RangeError(
          `[${indices.join()}] is not a ${space.name} architecture: it must be ${choices.length} indices, each of an ` +
            'option of its choice',
        );
      }
      const size = 2 * edges.length;
      return {
        normal: decodeCell(indices.slice(0, size)),
        reduce: decodeCell(indices.slice(size, 2 * size)),
        width: WIDTHS[indices[2 * size]],
        depth: DEPTHS[indices[2 * size + 1]],
      };
    },
  };
}
