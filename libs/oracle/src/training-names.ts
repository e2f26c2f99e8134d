import { randomBytes } from 'node:crypto';
import { ServiceError } from '@gradsign/contracts';

const DIGITS = 9;

/** Names of trainings, `trainings/<id>`, that sort in the order of creation. */
export class TrainingNames {
  private last: number;

  /** @param latest the last name that was given, by another process perhaps */
  constructor(latest: string | undefined) {
    this.last = latest === undefined ? 0 : parseInt(latest.slice('trainings/'.length).split('-')[0], 36);
  }

  next(created: Date): string {
    // Upwards, whatever the clock does.
    this.last = Math.max(created.getTime(), this.last + 1);
    const time = this.last.toString(36).padStart(DIGITS, '0');
    // A training that was lost with its process must not share its name with a later one.
    return `trainings/${time}-${randomBytes(4).toString('hex')}`;
  }
}

/** @throws ServiceError INVALID_ARGUMENT unless the text is of a name's form. */
export function checkTrainingName(name: string): string {
  if (/^trainings\/[0-9a-z-]{1,63}$/.test(name)) return name;
  const rule = `${JSON.stringify(name.slice(0, 100))} is given; it must be the name of a training, "trainings/" and an id`;
  throw ServiceError.invalid('name', rule);
}
