import fc from 'fast-check';
import { ImportError } from '../../errors';
import { JsonSplitter, type Depths } from './splitter';

const LIST_OR_TWO: Depths = { '[': 1, '{': 2 };

function split(text: string | Buffer, depths = LIST_OR_TWO, chunkBytes = Infinity) {
  const file = Buffer.from(text);
  const splitter = new JsonSplitter('x.json', depths);
  const elements = [];
  for (let start = 0; start < file.length; start += chunkBytes) {
    const chunk = Buffer.from(file.subarray(start, start + chunkBytes));
    elements.push(...splitter.push(chunk));
    chunk.fill('}');
  }
  splitter.end();
  return elements;
}

const separators = fc.constantFrom(undefined, 1, '\t');

test('a list gives its items, however it is written and cut into chunks', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), separators, fc.integer({ min: 1, max: 30 }), (items, indent, chunkBytes) => {
      const text = JSON.stringify(items, undefined, indent);
      const elements = split(text, LIST_OR_TWO, chunkBytes);
      expect(JSON.stringify(elements.map(({ value }) => value))).toBe(JSON.stringify(items));
      const bytes = Buffer.from(text);
      elements.forEach(({ number, keys, offset, end, value }, i) => {
        expect([number, keys]).toEqual([i + 1, []]);
        expect(JSON.stringify(JSON.parse(bytes.toString('utf8', offset, end)))).toBe(JSON.stringify(value));
      });
    }),
  );
});

test('two levels of objects and lists give the names on the way', () => {
  const document = { top: [1, { a: ']' }], mid: [], 'qu"ote': { 'x\\': '"', é: null } };
  const expected = [
    [['top'], 1],
    [['top'], { a: ']' }],
    [['qu"ote', 'x\\'], '"'],
    [['qu"ote', 'é'], null],
  ];
  for (const chunkBytes of [1, 2, 7, Infinity]) {
    const found = split(JSON.stringify(document), LIST_OR_TWO, chunkBytes);
    expect(found.map(({ keys, value }) => [keys, value])).toEqual(expected);
  }
});

test('what Python writes for numbers that are none', () => {
  const [{ value }] = split('[{"a": NaN, "b": [Infinity, -Infinity, 1e2], "c NaN": "\\"NaN Infinity"}]');
  expect(value).toEqual({ a: null, b: [Infinity, -Infinity, 100], 'c NaN': '"NaN Infinity' });
  expect(split('[NaN, -Infinity]').map((element) => element.value)).toEqual([null, -Infinity]);
});

test.each<[string, string, number, string]>([
  ['nothing', '', 0, 'the file ends too early'],
  ['white space', ' \n ', 3, 'the file ends too early'],
  ['a number', '12', 0, 'it must have a list or an object here'],
  ['a list cut short', '[1, 2', 5, 'the file ends too early'],
  ['a string cut short', '["abc', 5, 'the file ends too early'],
  ['a record cut short', '[{"a": [1', 9, 'the file ends too early'],
  ['something after the end', '[1] x', 4, 'it must end here'],
  ['no comma', '[{} {}]', 4, 'it must have a comma'],
  ['a comma before the end', '[1,]', 3, 'it must have a value here'],
  ['a comma too many', '[1,,2]', 3, 'it must have a value here'],
  ['the wrong end', '[1}', 2, 'it must have a comma'],
  ['the wrong end inside', '[1, {"a": 1]]', 4, 'what begins here is not JSON'],
  ['an unquoted name', '{a: []}', 1, 'it must have a name in quotes here'],
  ['no colon', '{"a" []}', 5, 'it must have a colon here'],
  ['a value at the upper level', '{"a": 1}', 6, 'it must have a list or an object here'],
  ['a bad escape in a name', '{"\\x": []}', 1, 'what begins here is not JSON'],
  ['a name that is no value', '[nope]', 1, 'what begins here is not JSON'],
  ['NaN among garbage', '[NaNaN]', 1, 'what begins here is not JSON'],
  ['an endless name', `{"${'x'.repeat(5000)}": []}`, 1, 'what begins here has more than 4096 bytes'],
  ['an endless element', `[1, "${'x'.repeat(2 ** 22)}"]`, 4, 'what begins here has more than 4194304 bytes'],
])('%s stops with its offset', (_, text, offset, message) => {
  for (const chunkBytes of [text.length > 10_000 ? 65_536 : 1, Infinity]) {
    expect(() => split(text, LIST_OR_TWO, chunkBytes)).toThrow(ImportError);
    expect(() => split(text, LIST_OR_TWO, chunkBytes)).toThrow(`x.json, byte ${offset}: ${message}`);
  }
});

test('deep nesting is read or refused, and does no harm', () => {
  const deep = (n: number) => `[${'['.repeat(n)}${']'.repeat(n)}]`;
  expect(split(deep(1000))).toHaveLength(1);
  expect(() => split(`[${'['.repeat(2 ** 20)}`)).toThrow(ImportError);
});

test('any text gives what JSON.parse gives, or an ImportError', () => {
  const pieces = fc.constantFrom('[', ']', '{', '}', ',', ':', '"', '\\', 'a', '"a"', '1', '-', 'NaN', ' ', '\n', 'é');
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), fc.integer({ min: 1, max: 5 }), (parts, chunkBytes) => {
      const text = parts.join('');
      try {
        const elements = split(text, { '[': 1, '{': 1 }, chunkBytes).map(({ value }) => value);
        if (!text.includes('NaN')) expect(elements.length).toBeGreaterThanOrEqual(valuesOf(JSON.parse(text)).length);
      } catch (error) {
        expect(error).toBeInstanceOf(ImportError);
        expect(() => valuesOf(JSON.parse(text))).toThrow();
      }
    }),
    { numRuns: 2000 },
  );
});

function valuesOf(document: unknown): unknown[] {
  if (typeof document !== 'object' || document === null) throw new TypeError('neither list nor object');
  return Object.values(document);
}
