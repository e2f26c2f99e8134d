import fc from 'fast-check';
import { parseJson, type JsonNode } from './json';

class Refusal extends Error {
  constructor(
    readonly position: number,
    readonly rule: string,
  ) {
    super(rule);
  }
}

const parse = (text: string) =>
  parseJson(text, (position, rule) => {
    throw new Refusal(position, rule);
  });

const refusal = (text: string): Refusal => {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
};

/** The value that `JSON.parse` gives. */
function plain(node: JsonNode): unknown {
  switch (node.kind) {
    case 'object':
      return Object.fromEntries([...node.members].map(([name, { value }]) => [name, plain(value)]));
    case 'array':
      return node.items.map(plain);
    case 'scalar':
      return node.value;
  }
}

test('reads what JSON.parse reads, with white space or without', () => {
  const json = fc.jsonValue({ maxDepth: 4 });
  fc.assert(
    fc.property(json, fc.constantFrom(0, 1, '\t'), (value, space) => {
      const text = JSON.stringify(value, undefined, space);
      // Names such as __proto__ are no members of plain objects.
      fc.pre(!text.includes('__proto__'));
      expect(plain(parse(text))).toEqual(JSON.parse(text));
    }),
  );
});

test('refuses what JSON.parse refuses', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), fc.nat(40), fc.string({ maxLength: 3 }), (value, start, inserted) => {
      const valid = JSON.stringify(value);
      const text = valid.slice(0, start) + inserted + valid.slice(start + 1);
      let accepted = true;
      try {
        JSON.parse(text);
      } catch {
        accepted = false;
      }
      if (!accepted) expect(refusal(text).position).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 500 },
  );
});

test('knows where values and names start', () => {
  const root = parse(' {"a": [1, "x" ] }');
  expect(root).toMatchObject({ kind: 'object', position: 1 });
  const { position, value } = (root as Extract<JsonNode, { kind: 'object' }>).members.get('a')!;
  expect(position).toBe(2);
  expect(value).toEqual({
    kind: 'array',
    position: 7,
    items: [
      { kind: 'scalar', position: 8, value: 1 },
      { kind: 'scalar', position: 11, value: 'x' },
    ],
  });
});

test.each([
  ['', 0, 'expected a JSON value'],
  ['nul', 0, 'expected a JSON value'],
  ['[1 2]', 3, 'expected "]" or "," after an item'],
  ['[1,]', 3, 'expected a JSON value'],
  ['{"a" 1}', 5, 'expected ":" after the name "a"'],
  ['{a:1}', 1, 'expected a name in quotes'],
  ['{"a:1}', 1, 'expected a name in quotes'],
  ['{"a":1', 6, 'expected "}" or "," after a member'],
  ['{"a":1,"a":2}', 7, 'expected each name once, "a" is there already'],
  ['["\n"]', 1, 'expected a JSON string, number, true, false or null'],
  ['1 1', 2, 'expected the end after the JSON value'],
  ['['.repeat(100_000), 9, 'expected at most 8 levels of nesting'],
])('%#: points at the first wrong character', (text, position, rule) => {
  expect(refusal(text)).toMatchObject({ position, rule });
});
