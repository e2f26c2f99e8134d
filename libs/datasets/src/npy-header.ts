import { NpyError } from './npy-error';

/** What a .npy header says. */
export interface NpyHeader {
  /** NumPy's type string: `<f4`, `|u1`, … */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

/** NumPy's own limit of dimensions. */
const MAX_RANK = 32;

const TOKEN = /[ \t\n]*(?:'([^'\\]*)'|"([^"\\]*)"|(True|False)|(\d+)|([{}(),:]))/y;

type Token =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'integer'; readonly value: number }
  | { readonly kind: 'punctuation'; readonly value: string };

/** Throws an NpyError that quotes `value`, or else the whole header. */
type Fail = (rule: string, value?: string) => never;

/**
 * Parses the header's Python dictionary with exactly the keys descr, fortran_order and shape: only strings, booleans
 * and a tuple of integers, never an expression.
 * @param field what to call the header in errors
 */
export function parseNpyHeader(text: string, field: string): NpyHeader {
  const fail: Fail = (rule, value = text.trim()) => {
    throw new NpyError(field, value, rule);
  };
  const tokens = tokenize(text, fail);
  let position = 0;
  const take = <K extends Token['kind']>(kind: K, value?: unknown) => {
    const token = tokens[position];
    if (token?.kind !== kind || (value !== undefined && token.value !== value)) {
      return fail(`a header has ${value === undefined ? `a ${kind}` : `"${value}"`} as its token ${position + 1}`);
    }
    position++;
    return token.value as Extract<Token, { kind: K }>['value'];
  };
  const next = (value: string) => tokens[position]?.value === value;

  const tuple = () => {
    const values: number[] = [];
    take('punctuation', '(');
    while (!next(')')) {
      values.push(take('integer'));
      // (3) is a number in Python, (3,) a tuple.
      if (values.length === 1 || !next(')')) take('punctuation', ',');
    }
    take('punctuation', ')');
    return values;
  };

  const entries = new Map<string, unknown>();
  take('punctuation', '{');
  while (!next('}')) {
    const key = take('string');
    if (entries.has(key)) fail('this key is given twice', key);
    take('punctuation', ':');
    if (key === 'descr') entries.set(key, take('string'));
    else if (key === 'fortran_order') entries.set(key, take('boolean'));
    else if (key === 'shape') entries.set(key, tuple());
    else fail('this key is unknown: a header has descr, fortran_order and shape', key);
    if (!next('}')) take('punctuation', ',');
  }
  take('punctuation', '}');
  if (position < tokens.length) fail('nothing follows the dictionary');
  if (entries.size < 3) fail('a header has descr, fortran_order and shape');

  const shape = entries.get('shape') as number[];
  if (shape.length > MAX_RANK) fail(`a shape has at most ${MAX_RANK} dimensions`);
  return { descr: entries.get('descr') as string, fortranOrder: entries.get('fortran_order') as boolean, shape };
}

function tokenize(text: string, fail: Fail): Token[] {
  const tokens: Token[] = [];
  const source = text.trimEnd();
  const pattern = new RegExp(TOKEN);
  while (pattern.lastIndex < source.length) {
    const start = pattern.lastIndex;
    const match = pattern.exec(source);
    if (match === null) return fail(`character ${start + 1} starts nothing that a header may have`);
    const [, single, double, boolean, digits, punctuation] = match;
    const string = single ?? double;
    if (string !== undefined) tokens.push({ kind: 'string', value: string });
    else if (boolean !== undefined) tokens.push({ kind: 'boolean', value: boolean === 'True' });
    else if (punctuation !== undefined) tokens.push({ kind: 'punctuation', value: punctuation });
    else {
      const value = Number(digits);
      if (!Number.isSafeInteger(value)) return fail('an extent is below 2^53', digits);
      tokens.push({ kind: 'integer', value });
    }
  }
  return tokens;
}
