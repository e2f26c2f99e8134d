import { z } from 'zod';

/** A whole number in decimal digits. */
const wholeNumber = (min: number, max: number, rule: string) =>
  z
    .string()
    .refine((text) => /^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max, rule)
    .transform(Number);

/** Schemas of common settings, from the text of a flag or a variable. */
export const schemas = {
  port: (fallback: number) => wholeNumber(0, 65535, 'a port is a number from 0 to 65535').default(fallback),
  count: (fallback: number, max: number) =>
    wholeNumber(1, max, `it must be a whole number from 1 to ${max}`).default(fallback),
  flag: (fallback: boolean) =>
    z
      .enum(['true', 'false'], 'it must be true or false')
      .transform((text) => text === 'true')
      .default(fallback),
  text: (fallback: string) => z.string().min(1, 'it must not be empty').default(fallback),
  optionalText: () => z.string().min(1, 'it must not be empty').optional(),
  level: () => z.enum(['debug', 'info', 'warn', 'error'], 'it must be debug, info, warn or error').default('info'),
};
