import { ArchitectureSyntaxError } from '../errors';
import { EDGES, NODES, OPERATIONS, incomingEdges, type NasBench201Cell, type Operation } from './architecture';

/** Name of the space in requests and errors. */
export const NAME = 'nas-bench-201';

/** `|op~0|+|op~0|op~1|+|op~0|op~1|op~2|`: one group a node, one `op~source` an edge. */
export function formatCell(cell: NasBench201Cell): string {
  const nodes = [];
  for (let target = 1; target < NODES; target++) {
    nodes.push(
      `|${incomingEdges(target)
        .map((e) => `${cell[e]}~${EDGES[e].source}|`)
        .join('')}`,
    );
  }
  return nodes.join('+');
}

/** @throws ArchitectureSyntaxError at the first character that does not fit. */
export function parseCell(text: string): NasBench201Cell {
  const fail = (position: number, rule: string): never => {
    throw new ArchitectureSyntaxError(NAME, text, position, rule);
  };
  let position = 0;
  const expect = (token: string, where: string) => {
    if (!text.startsWith(token, position)) {
      fail(position, `expected ${JSON.stringify(token)} ${where}`);
    }
    position += token.length;
  };
  const operation = (edge: string): Operation => {
    const name = /^\w*/.exec(text.slice(position, position + 32))![0];
    const found = OPERATIONS.find((op) => op === name);
    position += found?.length ?? 0;
    return found ?? fail(position, `expected the operation of edge ${edge}, one of ${OPERATIONS.join(', ')}`);
  };

  const cell: Operation[] = [];
  for (let target = 1; target < NODES; target++) {
    if (target > 1) {
      expect('+', `before node ${target}`);
    }
    expect('|', `at the start of node ${target}`);
    for (let source = 0; source < target; source++) {
      const edge = `${source}→${target}`;
      cell.push(operation(edge));
      expect('~', `after the operation of edge ${edge}`);
      expect(String(source), `as the source of edge ${edge}`);
      expect('|', `after edge ${edge}`);
    }
  }
  if (position < text.length) {
    fail(position, `expected the end after node ${NODES - 1}`);
  }
  return cell;
}
