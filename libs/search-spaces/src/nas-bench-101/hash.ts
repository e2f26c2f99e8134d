import { createHash } from 'node:crypto';
import type { NasBench101Cell } from './architecture';
import { elements, graphOf, prune, type Graph } from './graph';

/** Labels of input and output in the published hash. */
const INPUT_LABEL = -1;
const OUTPUT_LABEL = -2;

/**
 * The published hash of a cell: equal for isomorphic cells, different for all others of the space. Vertices start
 * with the MD5 of `(out-degree, in-degree, label)` as Python prints it; then, as often as there are vertices, each
 * takes the MD5 of its in-neighbours' sorted hashes, its out-neighbours' and its own. Ying et al. 2019,
 * `graph_util.hash_module`. Unused vertices do not count.
 */
export function moduleHash(cell: NasBench101Cell): string {
  return graphHash(prune(graphOf(cell))!);
}

function graphHash({ sources, labels }: Graph): string {
  const incoming = sources.map(elements);
  const outgoing = sources.map((_, v) => sources.flatMap((set, target) => ((set >> v) & 1 ? [target] : [])));
  const allLabels = [INPUT_LABEL, ...labels, OUTPUT_LABEL];
  let hashes = allLabels.map((label, v) => md5(`(${outgoing[v].length}, ${incoming[v].length}, ${label})`));
  const joined = (vertices: readonly number[]) =>
    vertices
      .map((v) => hashes[v])
      .sort()
      .join('');
  for (let round = 0; round < sources.length; round++) {
    hashes = hashes.map((own, v) => md5(`${joined(incoming[v])}|${joined(outgoing[v])}|${own}`));
  }
  return md5(
    `[${hashes
      .sort()
      .map((hash) => `'${hash}'`)
      .join(', ')}]`,
  );
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
