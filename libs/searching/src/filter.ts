import { ServiceError } from '@gradsign/contracts';

/** A field that a filter may name. */
export interface FilterField<T> {
  /** The values by the names that filters use. */
  readonly values: ReadonlyMap<string, number>;
  read(item: T): number;
}

/** The values of a generated enum by their names without the prefix, for instance `RUNNING`. */
export function enumValues(type: Readonly<Record<string, string | number>>, prefix: string): Map<string, number> {
  const entries = Object.entries(type).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number' && entry[1] > 0 && entry[0].startsWith(prefix),
  );
  return new Map(entries.map(([name, value]) => [name.slice(prefix.length), value]));
}

/**
 * The predicate of a filter such as `state = RUNNING AND space = NAS_BENCH_201`. Empty: everything passes.
 * @throws ServiceError INVALID_ARGUMENT naming the term, and the names that are known.
 */
export function parseFilter<T>(filter: string, fields: Readonly<Record<string, FilterField<T>>>): (item: T) => boolean {
  if (filter.trim() === '') return () => true;
  const terms = filter.split(/\s+AND\s+/).map((text) => {
    const [, name, valueName] = /^\s*([a-z_]+)\s*=\s*([A-Z0-9_]+)\s*$/.exec(text) ?? [];
    if (name === undefined) {
      const form = `${Object.keys(fields)[0]} = VALUE`;
      throw ServiceError.invalid('filter', `"${text}" is not of the form ${form}; terms are joined by AND`);
    }
    if (!Object.hasOwn(fields, name)) {
      const known = Object.keys(fields).join(', ');
      throw ServiceError.invalid('filter', `"${name}" is not a field of filters; known: ${known}`);
    }
    const { values, read } = fields[name];
    const value = values.get(valueName);
    if (value === undefined) {
      const known = [...values.keys()].join(', ');
      throw ServiceError.invalid('filter', `"${valueName}" is not a value of ${name}; known: ${known}`);
    }
    return (item: T) => read(item) === value;
  });
  return (item) => terms.every((passes) => passes(item));
}
