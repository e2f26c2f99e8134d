import fc from 'fast-check';
import { ArchitectureSyntaxError } from '../errors';
import { WIDTHS } from './architecture';
import { formatSizes, parseSizes } from './notation';

const sizes = fc.array(fc.constantFrom(...WIDTHS), { minLength: 5, maxLength: 5 });

describe('NATS-Bench size notation', () => {
  test('printing and reading are inverse', () => {
    fc.assert(fc.property(sizes, (value) => expect(parseSizes(formatSizes(value))).toEqual(value)));
    expect(parseSizes('8:16:24:32:64')).toEqual([8, 16, 24, 32, 64]);
    expect(formatSizes([8, 16, 24, 32, 64])).toBe('8:16:24:32:64');
  });

  test.each([
    ['', 0, 'expected the channels of layer 0, one of 8, 16, 24, 32, 40, 48, 56, 64, got the end of the text'],
    ['8:16:24:32', 10, 'expected ":" before the channels of layer 4, got the end of the text'],
    ['8:16:24:32:64:8', 13, 'expected the end after layer 4, got ":8"'],
    ['8:16:25:32:64', 5, 'expected the channels of layer 2, one of 8, 16'],
    ['8:16:240:32:64', 5, 'expected the channels of layer 2'],
    ['8:016:24:32:64', 2, 'expected the channels of layer 1'],
    ['8,16,24,32,64', 1, 'expected ":" before the channels of layer 1, got ",16,24,32,64"'],
    [' 8:16:24:32:64', 0, 'expected the channels of layer 0'],
    ['8:16:24:32:64 ', 13, 'expected the end after layer 4, got " "'],
  ])('%j: points at character %d', (text, position, rule) => {
    expect(() => parseSizes(text)).toThrow(ArchitectureSyntaxError);
    expect(() => parseSizes(text)).toThrow(`nats-bench-sss architecture, character ${position}: ${rule}`);
  });

  test('any text is read exactly or refused', () => {
    const edits = fc.tuple(sizes, fc.nat(16), fc.nat(5), fc.stringMatching(/^[0-8:, ]{0,4}$/));
    fc.assert(
      fc.property(edits, ([value, start, removed, inserted]) => {
        const valid = formatSizes(value);
        const text = valid.slice(0, start) + inserted + valid.slice(start + removed);
        try {
          expect(formatSizes(parseSizes(text))).toBe(text);
        } catch (error) {
          if (!(error instanceof ArchitectureSyntaxError)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});
