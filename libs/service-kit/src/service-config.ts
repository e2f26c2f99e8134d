import { ServiceError, type FieldViolation } from '@gradsign/contracts/errors';
import { z } from 'zod';

/** A setting's schema with the names it has in the environment and on the command line. */
export interface Setting<T extends z.ZodType = z.ZodType> {
  /** Of the text that was given, or undefined; it brings its default. */
  readonly schema: T;
  /** Environment variable. */
  readonly env: string;
  /** Flag without the dashes. */
  readonly flag: string;
  readonly description: string;
  /** Its value is not repeated in errors. */
  readonly secret?: boolean;
}

export type Settings = Readonly<Record<string, Setting>>;
export type Config<S extends Settings> = { readonly [K in keyof S]: z.output<S[K]['schema']> };

/** What `--help` asked for, instead of a configuration. */
export class HelpRequested extends Error {
  override readonly name = 'HelpRequested';
}

/**
 * Reads a service's settings: flags (`--flag value`, `--flag=value`) win over the environment, which wins over defaults.
 * An empty variable counts as absent.
 * @throws ServiceError INVALID_ARGUMENT naming every setting that is unknown or breaks its rule.
 * @throws HelpRequested with the text, for `--help`.
 */
export function loadConfig<S extends Settings>(
  settings: S,
  environment: Readonly<Record<string, string | undefined>>,
  argv: readonly string[],
): Config<S> {
  if (argv.includes('--help')) throw new HelpRequested(helpText(settings));
  const violations: FieldViolation[] = [];
  const flags = parseFlags(settings, argv, violations);
  const entries = Object.entries(settings).map(([key, { schema, env, flag, secret }]) => {
    const [field, raw] = flags.has(flag) ? [`--${flag}`, flags.get(flag)] : [env, environment[env] || undefined];
    const parsed = schema.safeParse(raw);
    if (!parsed.success) {
      const rule = parsed.error.issues.map((issue) => issue.message).join('; ');
      const given = secret ? 'the value is refused' : `${JSON.stringify(raw)} is refused`;
      const description = raw === undefined ? `a value is required (--${flag} or ${env})` : `${given}: ${rule}`;
      violations.push({ field, description });
    }
    return [key, parsed.data] as const;
  });
  if (violations.length > 0) throw ServiceError.invalidFields(violations);
  return Object.fromEntries(entries) as Config<S>;
}

function parseFlags(settings: Settings, argv: readonly string[], violations: FieldViolation[]): Map<string, string> {
  const known = Object.values(settings).map(({ flag }) => flag);
  const flags = new Map<string, string>();
  for (let i = 0; i < argv.length; i++) {
    const [, name, inline] = /^--([^=]+)(?:=(.*))?$/s.exec(argv[i]) ?? [];
    if (name === undefined || !known.includes(name)) {
      const description = `it is not a flag; known: ${known.map((flag) => `--${flag}`).join(', ')}`;
      violations.push({ field: argv[i].split('=')[0], description });
      // What follows an unknown flag is its value, not a mistake of its own.
      if (name !== undefined && inline === undefined && argv[i + 1]?.startsWith('--') === false) i++;
      continue;
    }
    const value = inline ?? argv[++i];
    if (value === undefined) violations.push({ field: `--${name}`, description: 'a value must follow it' });
    else flags.set(name, value);
  }
  return flags;
}

function helpText(settings: Settings): string {
  return Object.values(settings)
    .map(({ schema, env, flag, description }) => {
      const { success, data } = schema.safeParse(undefined);
      const fallback = !success ? ' (required)' : data === undefined ? '' : ` (default ${JSON.stringify(data)})`;
      return `  --${flag}  ${env}\n      ${description}${fallback}`;
    })
    .join('\n');
}
