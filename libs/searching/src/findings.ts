import { ServiceError, type FieldViolation } from '@gradsign/contracts';
import { Violations } from '@gradsign/service-kit';

/** What is wrong with a specification, and what is right but not in this version. */
export class Findings extends Violations {
  private readonly absent: FieldViolation[] = [];

  /** Adds something that the contract has and this version does not. */
  unimplemented(field: string, description: string): void {
    this.absent.push({ field, description });
  }

  /** As `Violations.attempt`; an UNIMPLEMENTED error joins the others too. */
  override attempt<T>(check: () => T, field = ''): T | undefined {
    try {
      return super.attempt(check);
    } catch (error) {
      if (!(error instanceof ServiceError) || error.code !== 'UNIMPLEMENTED') throw error;
      this.unimplemented(field, error.message.replace(`${field}: `, ''));
      return undefined;
    }
  }

  /** Whether a number is finite and not under 0. */
  notNegative(field: string, value: number): boolean {
    return this.check(value >= 0 && value < Infinity, field, `${value} is not a finite number of at least 0`);
  }

  /** Whether a number is finite and over 0. */
  positive(field: string, value: number): boolean {
    return this.check(value > 0 && value < Infinity, field, `${value} is not a finite number over 0`);
  }

  /** Whether an enum's number is one that the contract knows. */
  known(field: string, value: number, values: object): boolean {
    const known = value >= 0 && Object.values(values).includes(value);
    return this.check(known, field, `${value} is not a value of this enum`);
  }

  /** @throws ServiceError INVALID_ARGUMENT, or UNIMPLEMENTED when nothing is wrong but something is absent. */
  override throwIfAny(): void {
    if (this.absent.length === 0) return super.throwIfAny();
    try {
      super.throwIfAny();
    } catch (error) {
      throw ServiceError.invalidFields([...(error as ServiceError).violations, ...this.absent]);
    }
    const message = this.absent.map((v) => `${v.field}: ${v.description}`).join('; ');
    throw new ServiceError('UNIMPLEMENTED', message, { violations: this.absent });
  }
}
