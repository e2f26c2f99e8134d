import { ServiceError, type SearchSpec, type UpdateSearchRequest } from '@gradsign/contracts';
import { Violations } from '@gradsign/service-kit';
import { checkLocally } from './compile-spec';
import { Findings } from './findings';

const PATHS: readonly string[] = ['budget', 'parallelism'];

/**
 * A specification with the fields of an update's mask replaced.
 * @throws ServiceError INVALID_ARGUMENT with every violation, fields as in the request.
 */
export function updatedSpec(spec: SearchSpec, { budget, parallelism, updateMask }: UpdateSearchRequest): SearchSpec {
  const mask = updateMask ?? [];
  const violations = new Violations();
  violations.check(mask.length > 0, 'update_mask', `a path is required; known: ${PATHS.join(', ')}`);
  for (const path of mask) {
    violations.check(PATHS.includes(path), 'update_mask', `"${path}" cannot be changed; known: ${PATHS.join(', ')}`);
  }
  violations.throwIfAny();
  const updated = {
    ...spec,
    ...(mask.includes('budget') && { budget }),
    ...(mask.includes('parallelism') && { parallelism }),
  };
  const findings = new Findings();
  checkLocally(updated, findings);
  try {
    findings.throwIfAny();
    return updated;
  } catch (error) {
    const { violations: found } = ServiceError.from(error);
    throw ServiceError.invalidFields(
      found.map((v) => ({ ...v, field: v.field.replace(/^spec\.(?=budget|parall)/, '') })),
    );
  }
}
