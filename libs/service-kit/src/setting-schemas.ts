import { z } from 'zod';

/** A whole number in decimal digits. */
const wholeNumber = (min: number, max: number, rule: string) =>
  z
    .string()
    .refine((text) => /^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max, rule)
    .transform(Number);

const port = () => wholeNumber(0, 65535, 'a port is a number from 0 to 65535');
const ENTRIES = 'it must be name=value pairs joined by commas, each name once';

/** Schemas of common settings, from the text of a flag or a variable. */
export const schemas = {
  port: (fallback: number) => port().default(fallback),
  optionalPort: () => port().optional(),
  count: (fallback: number, max: number) =>
    wholeNumber(1, max, `it must be a whole number from 1 to ${max}`).default(fallback),
  optionalCount: (max: number) => wholeNumber(1, max, `it must be a whole number from 1 to ${max}`).optional(),
  flag: (fallback: boolean) =>
    z
      .enum(['true', 'false'], 'it must be true or false')
      .transform((text) => text === 'true')
      .default(fallback),
  fraction: (fallback: number) =>
    z
      .string()
      .refine((text) => text.trim() !== '' && Number(text) >= 0 && Number(text) <= 1, 'it must be a number from 0 to 1')
      .transform(Number)
      .default(fallback),
  /** `a=x,b=y` as a map. */
  entries: () =>
    z
      .string()
      .transform((text) => text.split(',').map((entry) => /^([^=]+)=(.+)$/.exec(entry.trim())))
      .refine((entries) => new Set(entries.map((entry) => entry?.[1])).size === entries.length, ENTRIES)
      .refine((entries) => entries.every((entry) => entry !== null), ENTRIES)
      .transform((entries): ReadonlyMap<string, string> => new Map(entries.map((entry) => [entry![1], entry![2]])))
      .default(new Map()),
  text: (fallback: string) => z.string().min(1, 'it must not be empty').default(fallback),
  optionalText: () => z.string().min(1, 'it must not be empty').optional(),
  level: () => z.enum(['debug', 'info', 'warn', 'error'], 'it must be debug, info, warn or error').default('info'),
};
