/** Thrown when a benchmark does not have a combination of data set, training set, epochs, split and seed. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
  constructor(
    readonly benchmark: string,
    message: string,
  ) {
    super(message);
  }
}

/** Thrown when a well-formed architecture is not in a benchmark's table. */
export class UnknownArchitectureError extends Error {
  override readonly name = 'UnknownArchitectureError';
  constructor(
    readonly benchmark: string,
    readonly space: string,
    readonly architecture: string,
    architectures: number,
  ) {
    super(
      `${benchmark} has ${architectures} architectures of the space ${space}, and ${architecture} is not one of them`,
    );
  }
}

/** Thrown when no benchmark has the name asked for. */
export class UnknownBenchmarkError extends Error {
  override readonly name = 'UnknownBenchmarkError';
  constructor(
    readonly benchmark: string,
    known: readonly string[],
  ) {
    super(
      `benchmark ${JSON.stringify(benchmark)} is not installed: ` +
        (known.length === 0 ? 'none is; import one first' : `there are ${known.join(', ')}`),
    );
  }
}

/** Thrown when a benchmark would be written over another one without being told to replace it. */
export class BenchmarkExistsError extends Error {
  override readonly name = 'BenchmarkExistsError';
  constructor(readonly benchmark: string) {
    super(`benchmark ${benchmark} exists already: remove it first, or import with replace`);
  }
}

/** Thrown when a benchmark's name breaks the rule for names. */
export class BenchmarkNameError extends Error {
  override readonly name = 'BenchmarkNameError';
  constructor(readonly benchmark: string) {
    super(
      `benchmark name is ${JSON.stringify(benchmark.slice(0, 100))}: it must be 1 to 63 lower-case letters, digits, ` +
        'dots, hyphens and underscores, starting with a letter or digit',
    );
  }
}

/** Thrown when a file is not a benchmark table, or a damaged one. */
export class TableFormatError extends Error {
  override readonly name = 'TableFormatError';
  constructor(
    readonly path: string,
    readonly rule: string,
    options?: ErrorOptions,
  ) {
    super(`${path} is not a readable benchmark table: ${rule}`, options);
  }
}

/** Thrown when a mapping of columns breaks its schema. */
export class MappingError extends Error {
  override readonly name = 'MappingError';
  /** @param field path of the field, for instance `evaluations[2].epochs` */
  constructor(
    readonly field: string,
    readonly value: unknown,
    readonly rule: string,
  ) {
    super(`mapping field ${field} is ${shown(value)}: ${rule}`);
  }
}

/** Where in a source file an import stopped. */
export interface SourceLocation {
  readonly file: string;
  /** Bytes before the place, of the file as it is or, for what is inside a compressed one, unpacked. */
  readonly offset?: number;
  /** From 1; the header is line 1. */
  readonly line?: number;
  readonly column?: string;
  readonly value?: string;
}

/** Thrown when the content of a source file stops its import. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
  constructor(
    readonly location: SourceLocation,
    readonly rule: string,
    options?: ErrorOptions,
  ) {
    const { file, offset, line, column, value } = location;
    const at = offset === undefined ? undefined : `byte ${offset}`;
    const place = [file, at, line && `line ${line}`, column && `column ${JSON.stringify(column)}`]
      .filter(Boolean)
      .join(', ');
    super(`${place}${value === undefined ? '' : ` is ${shown(value)}`}: ${rule}`, options);
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'absent';
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
