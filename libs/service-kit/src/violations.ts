import { ServiceError, type FieldViolation } from '@gradsign/contracts';

/** Collects everything that is wrong with a request, so that its sender hears of all of it at once. */
export class Violations {
  private readonly found: FieldViolation[] = [];

  add(field: string, description: string): void {
    this.found.push({ field, description });
  }

  /** Adds the violation unless the condition holds; returns the condition. */
  check(condition: boolean, field: string, description: string): boolean {
    if (!condition) this.add(field, description);
    return condition;
  }

  /** Whether there is a value: text that is not empty, a message that is there. */
  required<T>(field: string, value: T | undefined): value is T {
    return this.check(value !== undefined && value !== '', field, 'a value is required');
  }

  /** Whether a number lies in a range, both ends included; NaN never does. */
  range(field: string, value: number | bigint, { min, max }: { min: number; max: number }): boolean {
    return this.check(value >= min && value <= max, field, `${value} is outside the range ${min} to ${max}`);
  }

  /** Whether a text or list is at most `max` long. */
  maxLength(field: string, value: string | readonly unknown[], max: number): boolean {
    const unit = typeof value === 'string' ? 'characters' : 'entries';
    return this.check(value.length <= max, field, `${value.length} ${unit} are over the limit of ${max}`);
  }

  /** The result of a check that throws a ServiceError with violations by itself; they join the others. */
  attempt<T>(check: () => T): T | undefined {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof ServiceError) || error.violations.length === 0) throw error;
      this.found.push(...error.violations);
      return undefined;
    }
  }

  /** @throws ServiceError INVALID_ARGUMENT with every violation. */
  throwIfAny(): void {
    if (this.found.length > 0) throw ServiceError.invalidFields(this.found);
  }
}
