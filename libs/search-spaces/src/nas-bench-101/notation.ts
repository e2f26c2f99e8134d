import { INPUT, MAX_EDGES, MAX_VERTICES, OPERATIONS, OUTPUT, type NasBench101Cell } from './architecture';
import { edgeCount, graphOf, prune } from './graph';
import { Reader, type Located } from './reader';

/** `{"matrix":[[0,1],[0,0]],"ops":["input","output"]}`: JSON without white space. */
export function formatCell({ matrix, ops }: NasBench101Cell): string {
  return JSON.stringify({ matrix, ops });
}

/**
 * JSON with white space and the two keys in any order. As in the benchmark's own check, the limit of 9 edges does not
 * count edges of unused vertices.
 * @throws ArchitectureSyntaxError at the first character that does not fit; at the matrix, where it is read and its
 * graph is not of the space.
 */
export function parseCell(text: string): NasBench101Cell {
  const reader: Reader = new Reader(text);
  const { matrix, ops } = readObject(reader);
  checkMatrix(reader, matrix);
  checkOps(reader, ops, matrix.value.length);
  const cell = {
    matrix: matrix.value.map((row) => row.value.map(({ value }) => Number(value))),
    ops: ops.value.map(({ value }) => JSON.parse(value) as string),
  };
  const graph = prune(graphOf(cell));
  if (!graph) {
    reader.fail(`expected a path from input to output`, matrix.position);
  }
  if (edgeCount(graph) > MAX_EDGES) {
    reader.fail(`expected at most ${MAX_EDGES} edges on paths from input to output`, matrix.position);
  }
  return cell;
}

type Matrix = Located<Located<Located<string>[]>[]>;
type Ops = Located<Located<string>[]>;

function readObject(reader: Reader): { matrix: Matrix; ops: Ops } {
  let matrix: Matrix | undefined;
  let ops: Ops | undefined;
  reader.expect('{', 'at the start');
  while (!matrix || !ops) {
    if (matrix ?? ops) {
      reader.expect(',', `after the ${matrix ? 'matrix' : 'operations'}`);
    }
    const missing = [...(matrix ? [] : ['"matrix"']), ...(ops ? [] : ['"ops"'])];
    const key = reader.oneOf(missing, 'a key').value;
    reader.expect(':', `after ${key}`);
    if (key === '"matrix"') {
      matrix = reader.list('the matrix', MAX_VERTICES, (source) =>
        reader.list(`row ${source} of the matrix`, MAX_VERTICES, (target) =>
          reader.oneOf(['0', '1'], `the entry at row ${source}, column ${target}`),
        ),
      );
    } else {
      ops = reader.list('the operations', MAX_VERTICES, (vertex) => reader.oneOf(WORDS, `the operation ${vertex}`));
    }
  }
  reader.expect('}', 'at the end');
  reader.end();
  return { matrix, ops };
}

const WORDS = [INPUT, ...OPERATIONS, OUTPUT].map((word) => JSON.stringify(word));

function checkMatrix(reader: Reader, { value: rows, position }: Matrix): void {
  const size = rows.length;
  if (size < 2) {
    reader.fail(`expected 2 to ${MAX_VERTICES} rows in the matrix`, position);
  }
  rows.forEach((row, source) => {
    if (row.value.length !== size) {
      reader.fail(`expected ${size} entries in row ${source} of the matrix, as it has ${size} rows`, row.position);
    }
    row.value.forEach((entry, target) => {
      if (target <= source && entry.value !== '0') {
        const place = `at row ${source}, column ${target}`;
        reader.fail(`expected 0 ${place}, as edges lead to later vertices`, entry.position);
      }
    });
  });
}

function checkOps(reader: Reader, { value: ops, position }: Ops, vertices: number): void {
  if (ops.length !== vertices) {
    reader.fail(`expected ${vertices} operations, one for each vertex`, position);
  }
  ops.forEach((op, vertex) => {
    const allowed = vertex === 0 ? [INPUT] : vertex === vertices - 1 ? [OUTPUT] : OPERATIONS;
    if (!allowed.some((word) => op.value === JSON.stringify(word))) {
      const what = allowed.length > 1 ? `one of ${allowed.join(', ')}` : JSON.stringify(allowed[0]);
      reader.fail(`expected ${what} as the operation ${vertex}`, op.position);
    }
  });
}
