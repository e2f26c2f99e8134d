import { ServiceError } from '@gradsign/contracts';
import { z } from 'zod';

/** A setting's schema with the names it has in the environment and on the command line. */
export interface Setting<T extends z.ZodType = z.ZodType> {
  readonly schema: T;
  /** Environment variable. */
  readonly env: string;
  /** Flag without the dashes. */
  readonly flag: string;
  readonly description: string;
}

export type Settings = Readonly<Record<string, Setting>>;
export type Config<S extends Settings> = { readonly [K in keyof S]: z.output<S[K]['schema']> };

/** What `--help` asked for, instead of a configuration. */
export class HelpRequested extends Error {
  override readonly name = 'HelpRequested';
}

/**
 * Reads a service's settings: flags win over the environment, which wins over defaults.
 * @throws ServiceError INVALID_ARGUMENT naming every setting that is unknown or breaks its rule.
 * @throws HelpRequested with the text, for `--help`.
 */
export function loadConfig<S extends Settings>(
  settings: S,
  environment: Readonly<Record<string, string | undefined>>,
  argv: readonly string[],
): Config<S> {
  if (argv.includes('--help')) throw new HelpRequested(helpText(settings));
  const flags = parseFlags(settings, argv);
  const violations: { field: string; description: string }[] = [];
  const entries = Object.entries(settings).map(([key, { schema, env, flag }]) => {
    const [field, raw] = flags.has(flag) ? [`--${flag}`, flags.get(flag)] : [env, environment[env] || undefined];
    const parsed = schema.safeParse(raw);
    if (!parsed.success) {
      const description = `${JSON.stringify(raw ?? 'absent')}: ${parsed.error.issues.map((i) => i.message).join('; ')}`;
      violations.push({ field, description });
    }
    return [key, parsed.data] as const;
  });
  if (violations.length > 0) throw ServiceError.invalidFields(violations);
  return Object.fromEntries(entries) as Config<S>;
}

function parseFlags(settings: Settings, argv: readonly string[]): Map<string, string> {
  const known = Object.values(settings).map(({ flag }) => flag);
  const flags = new Map<string, string>();
  for (let i = 0; i < argv.length; i++) {
    const [, name, inline] = /^--([^=]+)(?:=(.*))?$/s.exec(argv[i]) ?? [];
    if (name === undefined || !known.includes(name)) {
      throw ServiceError.invalid(argv[i], `is not a flag; known: ${known.map((k) => `--${k}`).join(', ')}`);
    }
    const value = inline ?? argv[++i];
    if (value === undefined) throw ServiceError.invalid(`--${name}`, 'needs a value');
    flags.set(name, value);
  }
  return flags;
}

function helpText(settings: Settings): string {
  return Object.values(settings)
    .map(({ schema, env, flag, description }) => {
      const { data } = schema.safeParse(undefined);
      const fallback = data === undefined ? '' : ` (default ${JSON.stringify(data)})`;
      return `  --${flag}  ${env}\n      ${description}${fallback}`;
    })
    .join('\n');
}

/** Schemas of common settings. */
export const schemas = {
  port: (fallback: number) =>
    z
      .string()
      .regex(/^\d{1,5}$/, 'a port is a number from 0 to 65535')
      .transform(Number)
      .refine((port) => port <= 65535, 'a port is a number from 0 to 65535')
      .default(fallback),
  count: (fallback: number, max: number) =>
    z
      .string()
      .regex(/^\d{1,9}$/, `a whole number from 1 to ${max} is needed`)
      .transform(Number)
      .refine((n) => n >= 1 && n <= max, `a whole number from 1 to ${max} is needed`)
      .default(fallback),
  text: (fallback: string) => z.string().min(1, 'must not be empty').default(fallback),
  optionalText: () => z.string().min(1, 'must not be empty').optional(),
  level: () => z.enum(['debug', 'info', 'warn', 'error']).default('info'),
};
