import fc from 'fast-check';
import { ArchitectureSyntaxError } from '../errors';
import { OPERATIONS } from './architecture';
import { cellAt, SIZE } from './enumeration';
import { formatCell, parseCell } from './notation';

const [CONV3, CONV1, POOL] = OPERATIONS;
const CELL = `{"matrix":[[0,1,1,0],[0,0,1,1],[0,0,0,1],[0,0,0,0]],"ops":["input","${CONV3}","${POOL}","output"]}`;
/** Ten edges, of which the two from and to vertex 2 are on no path. */
const UNUSED =
  '{"matrix":[[0,1,1,1,1,1,1],[0,0,0,1,0,0,1],[0,0,0,0,0,0,0],[0,0,0,0,0,0,1],[0,0,0,0,0,0,1],[0,0,0,0,0,0,0],' +
  `[0,0,0,0,0,0,0]],"ops":["input","${CONV3}","${CONV1}","${CONV3}","${POOL}","${CONV1}","output"]}`;

describe('NAS-Bench-101 notation', () => {
  test('printing and reading are inverse on every class', () => {
    fc.assert(
      fc.property(fc.nat(SIZE - 1), (index) => expect(parseCell(formatCell(cellAt(index)))).toEqual(cellAt(index))),
    );
  });

  test('cells are read as they are written, unused vertices included', () => {
    expect(parseCell(CELL)).toEqual({
      matrix: [
        [0, 1, 1, 0],
        [0, 0, 1, 1],
        [0, 0, 0, 1],
        [0, 0, 0, 0],
      ],
      ops: ['input', CONV3, POOL, 'output'],
    });
    for (const text of [CELL, UNUSED]) expect(formatCell(parseCell(text))).toBe(text);
    expect(parseCell('{"matrix":[[0,1],[0,0]],"ops":["input","output"]}').ops).toEqual(['input', 'output']);
  });

  test('white space and the order of the keys do not matter', () => {
    const { matrix, ops } = parseCell(CELL);
    expect(parseCell(JSON.stringify({ ops, matrix }, undefined, '\t'))).toEqual({ matrix, ops });
    expect(parseCell(`\r\n ${JSON.stringify({ matrix, ops }, undefined, 2)} `)).toEqual({ matrix, ops });
  });

  const row = (text: string) => CELL.replace('[0,0,1,1]', text);
  test.each([
    ['', 0, 'expected "{" at the start, got the end of the text'],
    ['[]', 0, 'expected "{" at the start, got "[]"'],
    ['{}', 1, 'expected a key, one of "matrix", "ops", got "}"'],
    ['{"Matrix":[]}', 1, 'expected a key'],
    ['{"matrix"=', 9, 'expected ":" after "matrix"'],
    ['{"matrix":0', 10, 'expected "[" at the start of the matrix'],
    ['{"matrix":[0', 11, 'expected "[" at the start of row 0 of the matrix'],
    [CELL.replace('[[0,1', '[[0,2'), 14, 'expected the entry at row 0, column 1, one of 0, 1, got "2,1,0'],
    [CELL.replace('[[0,1', '[[0,true'), 14, 'expected the entry at row 0, column 1'],
    [CELL.replace('[[0,1', '[[0,10'), 15, 'expected "]" at the end of row 0 of the matrix'],
    [CELL.replace(',"ops"', ''), 51, 'expected "," after the matrix'],
    [CELL.replace('"ops"', '"matrix"'), 52, 'expected a key, one of "ops"'],
    [CELL.slice(0, -1), CELL.length - 1, 'expected "}" at the end, got the end of the text'],
    [`${CELL},`, CELL.length, 'expected the end of the text, got ","'],
    [CELL.replace(CONV3, 'conv5x5-bn-relu'), 67, 'expected the operation 1, one of "input", "conv3x3-bn-relu", '],
    [row('[0,0,1]'), 21, 'expected 4 entries in row 1 of the matrix, as it has 4 rows, got "[0,0,1],'],
    [row('[0,0,1,1,1]'), 21, 'expected 4 entries in row 1 of the matrix'],
    [row('[0,0,1,1,0,0,0,0]'), 36, 'expected at most 7 entries in row 1 of the matrix'],
    [row('[0,1,1,1]'), 24, 'expected 0 at row 1, column 1, as edges lead to later vertices, got "1,1,1]'],
    [row('[1,0,1,1]'), 22, 'expected 0 at row 1, column 0'],
    ['{"matrix":[[0]],"ops":["input"]}', 10, 'expected 2 to 7 rows in the matrix, got "[[0]],'],
    ['{"matrix":[],"ops":[]}', 10, 'expected 2 to 7 rows in the matrix'],
    [CELL.replace(`"${POOL}",`, ''), 58, 'expected 4 operations, one for each vertex, got "[\\"input'],
    [CELL.replace('"input"', `"${POOL}"`), 59, 'expected "input" as the operation 0, got'],
    [CELL.replace('"output"', '"input"'), 98, 'expected "output" as the operation 3, got'],
    [CELL.replace(`"${POOL}"`, '"output"'), 85, `expected one of ${OPERATIONS.join(', ')} as the operation 2`],
    [row('[0,0,1,0]').replace('[0,0,0,1]', '[0,0,0,0]'), 10, 'expected a path from input to output, got "[[0,1,1,0]'],
    [UNUSED.replace('[0,0,0,0,0,0,0],', '[0,0,0,0,0,0,1],'), 10, 'expected at most 9 edges on paths'],
  ])('%s: points at character %d', (text, position, rule) => {
    expect(() => parseCell(text)).toThrow(ArchitectureSyntaxError);
    expect(() => parseCell(text)).toThrow(`nas-bench-101 architecture, character ${position}: ${rule}`);
  });

  test('any text is read as JSON reads it or refused with a bounded message', () => {
    const edits = fc.tuple(
      fc.nat(SIZE - 1),
      fc.nat(200),
      fc.nat(20),
      fc.oneof(fc.stringMatching(/^[01,[\]{}": ]{0,6}$/), fc.string({ unit: 'binary', maxLength: 20 })),
    );
    fc.assert(
      fc.property(edits, ([index, start, removed, inserted]) => {
        const valid = formatCell(cellAt(index));
        const text = valid.slice(0, start) + inserted + valid.slice(start + removed);
        try {
          expect(parseCell(text)).toEqual(JSON.parse(text));
        } catch (error) {
          if (!(error instanceof ArchitectureSyntaxError)) throw error;
          expect(error.position).toBeLessThanOrEqual(text.length);
          expect(error.message.length).toBeLessThan(400);
        }
      }),
      { numRuns: 500 },
    );
  });
});
