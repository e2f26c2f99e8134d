import { randomBytes } from 'node:crypto';
import { ServiceError } from '@gradsign/contracts';

/** A new search's name: `searches/` and 12 random hex digits. */
export function newSearchName(): string {
  return `searches/${randomBytes(6).toString('hex')}`;
}

/** @throws ServiceError INVALID_ARGUMENT unless the text is a search's name. */
export function checkSearchName(name: string, field: string): string {
  if (/^searches\/[a-z0-9-]{1,64}$/.test(name)) return name;
  throw ServiceError.invalid(field, `"${name}" is not a search's name, which is searches/ and an id`);
}

/** Name of a search's trial. */
export function trialName(search: string, number: number): string {
  return `${search}/trials/${number}`;
}

/** The parts of a trial's name. @throws ServiceError INVALID_ARGUMENT. */
export function parseTrialName(name: string, field: string): { search: string; number: number } {
  const match = /^(searches\/[a-z0-9-]{1,64})\/trials\/([1-9][0-9]{0,8})$/.exec(name);
  if (match) return { search: match[1], number: Number(match[2]) };
  throw ServiceError.invalid(field, `"${name}" is not a trial's name, which is searches/ID/trials/NUMBER`);
}
