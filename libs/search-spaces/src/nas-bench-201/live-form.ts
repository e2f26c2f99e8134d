import { EDGES, NODES, type NasBench201Cell } from './architecture';

/**
 * The cell with `none` on every edge that lies on no path from its input to its output. Pruned, the networks of a cell
 * and of its live form are one: the same operations with the same weights, whose initial values go by their edge.
 */
export function liveForm(cell: NasBench201Cell): NasBench201Cell {
  const passes = EDGES.map((edge, i) => ({ ...edge, open: cell[i] !== 'none' }));
  const reached = new Set([0]);
  for (let node = 1; node < NODES; node++) {
    if (passes.some(({ source, target, open }) => open && target === node && reached.has(source))) reached.add(node);
  }
  const reaching = new Set([NODES - 1]);
  for (let node = NODES - 2; node >= 0; node--) {
    if (passes.some(({ source, target, open }) => open && source === node && reaching.has(target))) reaching.add(node);
  }
  return passes.map(({ source, target }, i) => (reached.has(source) && reaching.has(target) ? cell[i] : 'none'));
}
