import type { Dim } from './graph';

/**
 * Arithmetic on dimensions. A symbolic dimension is a monomial, written `12*N` or `M*N`: a positive coefficient
 * times names. That is closed under what Reshape, Flatten and Concat of equal symbols need; anything else
 * (`N+1`) has no representation and is undefined here.
 */
interface Monomial {
  readonly coefficient: number;
  readonly symbols: readonly string[];
}

function parse(dim: Dim): Monomial {
  if (typeof dim === 'number') return { coefficient: dim, symbols: [] };
  let coefficient = 1;
  const symbols: string[] = [];
  for (const factor of dim.split('*')) {
    if (/^\d+$/.test(factor)) coefficient *= Number(factor);
    else symbols.push(factor);
  }
  return { coefficient, symbols: symbols.sort() };
}

function format({ coefficient, symbols }: Monomial): Dim {
  if (symbols.length === 0 || coefficient === 0) return coefficient;
  return [...(coefficient === 1 ? [] : [String(coefficient)]), ...symbols].join('*');
}

/** Product of dimensions; 1 for none. */
export function product(dims: readonly Dim[]): Dim {
  let coefficient = 1;
  const symbols: string[] = [];
  for (const dim of dims) {
    const monomial = parse(dim);
    coefficient *= monomial.coefficient;
    symbols.push(...monomial.symbols);
  }
  return format({ coefficient, symbols: symbols.sort() });
}

/** `a / b` where it is exact, else undefined. */
export function quotient(a: Dim, b: Dim): Dim | undefined {
  const numerator = parse(a);
  const denominator = parse(b);
  const coefficient = numerator.coefficient / denominator.coefficient;
  const symbols = [...numerator.symbols];
  for (const symbol of denominator.symbols) {
    const at = symbols.indexOf(symbol);
    if (at < 0) return undefined;
    symbols.splice(at, 1);
  }
  return Number.isInteger(coefficient) ? format({ coefficient, symbols }) : undefined;
}

/** Sum of dimensions of the same symbols (or of numbers), else undefined. */
export function sum(dims: readonly Dim[]): Dim | undefined {
  const terms = dims.map(parse).filter((term) => term.coefficient !== 0);
  if (terms.length === 0) return 0;
  const symbols = terms[0].symbols.join('*');
  if (terms.some((term) => term.symbols.join('*') !== symbols)) return undefined;
  return format({ coefficient: terms.reduce((total, term) => total + term.coefficient, 0), symbols: terms[0].symbols });
}

/** A dimension with the given symbols replaced by sizes; other symbols stay. */
export function substitute(dim: Dim, sizes: Readonly<Record<string, number>>): Dim {
  if (typeof dim === 'number') return dim;
  // A name may itself contain `*` (a graph of another producer), so the whole name is looked up first.
  if (Object.hasOwn(sizes, dim)) return sizes[dim];
  const { coefficient, symbols } = parse(dim);
  const known = symbols.filter((symbol) => Object.hasOwn(sizes, symbol));
  const value = known.reduce((total, symbol) => total * sizes[symbol], coefficient);
  return format({ coefficient: value, symbols: symbols.filter((symbol) => !Object.hasOwn(sizes, symbol)) });
}

/** `[N,3,32,32]`, for error messages. */
export function formatShape(shape: readonly Dim[]): string {
  return `[${shape.join(',')}]`;
}
