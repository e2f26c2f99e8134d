import fc from 'fast-check';
import { ArchitectureSyntaxError } from '../errors';
import { EDGES, OPERATIONS } from './architecture';
import { formatCell, parseCell } from './notation';

const CELL = '|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|none~1|avg_pool_3x3~2|';

const cells = fc.array(fc.constantFrom(...OPERATIONS), { minLength: EDGES.length, maxLength: EDGES.length });

function syntaxError(text: string): ArchitectureSyntaxError {
  try {
    parseCell(text);
  } catch (error) {
    if (error instanceof ArchitectureSyntaxError) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
}

describe('NAS-Bench-201 notation', () => {
  test('reads the edges by target, then by source', () => {
    expect(parseCell(CELL)).toEqual(['nor_conv_3x3', 'none', 'nor_conv_1x1', 'skip_connect', 'none', 'avg_pool_3x3']);
  });

  test('printing and reading are inverse', () => {
    fc.assert(fc.property(cells, (cell) => expect(parseCell(formatCell(cell))).toEqual(cell)));
    expect(formatCell(parseCell(CELL))).toBe(CELL);
  });

  test.each([
    ['', 0, 'expected "|" at the start of node 1, got the end of the text'],
    ['nor_conv_3x3~0', 0, 'expected "|" at the start of node 1'],
    [CELL.replace('nor_conv_3x3', 'nor_conv_5x5'), 1, 'expected the operation of edge 0→1, one of none, skip_connect'],
    [CELL.replace('none~0', 'nonexistent~0'), 18, 'expected the operation of edge 0→2'],
    [CELL.replace('none~0', '~0'), 18, 'expected the operation of edge 0→2'],
    [CELL.replace('none~0', 'none~1'), 23, 'expected "0" as the source of edge 0→2, got "1|nor'],
    [CELL.replace('none~0', 'none0'), 18, 'expected the operation of edge 0→2'],
    [CELL.replace('none~0', 'none:0'), 22, 'expected "~" after the operation of edge 0→2'],
    [CELL.replace('+', ''), 16, 'expected "+" before node 2'],
    [CELL.replace('+|none', '+none'), 17, 'expected "|" at the start of node 2'],
    [CELL.slice(0, -1), 78, 'expected "|" after edge 2→3, got the end of the text'],
    [CELL.slice(0, 40), 40, 'expected "+" before node 3, got the end of the text'],
    [`${CELL}+`, 79, 'expected the end after node 3, got "+"'],
    [` ${CELL}`, 0, 'expected "|" at the start of node 1'],
  ])('%j: points at character %d', (text, position, rule) => {
    const error = syntaxError(text);
    expect(error.position).toBe(position);
    expect(error.text).toBe(text);
    expect(error.message).toContain(`nas-bench-201 architecture, character ${position}: ${rule}`);
  });

  test('any text is read exactly or refused with a bounded message', () => {
    const edits = fc.tuple(cells, fc.nat(80), fc.nat(20), fc.string({ unit: 'binary', maxLength: 20 }));
    fc.assert(
      fc.property(edits, ([cell, start, removed, inserted]) => {
        const valid = formatCell(cell);
        const text = valid.slice(0, start) + inserted + valid.slice(start + removed);
        let parsed;
        try {
          parsed = parseCell(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ArchitectureSyntaxError);
          const { position, message } = error as ArchitectureSyntaxError;
          // Everything before the position is right: nothing left of the edit can be to blame, but its operation's name.
          expect(position).toBeGreaterThanOrEqual(Math.min(start, valid.length) - 'skip_connect'.length);
          expect(position).toBeLessThanOrEqual(text.length);
          expect(message.length).toBeLessThan(400);
          return;
        }
        expect(formatCell(parsed)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });
});
