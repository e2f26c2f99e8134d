import { ServiceError, type FieldViolation } from '@gradsign/contracts';
import type { ScoredProxy } from './scorer';
import type { CompiledSettings } from './settings';

/** @throws ServiceError INVALID_ARGUMENT for proxies that rank the members of a population, where there is none. */
export function refusePopulationProxies({ proxies }: CompiledSettings): void {
  const violations = proxies.flatMap(({ proxy: { id, kind } }, i): FieldViolation[] => {
    const description = `"${id}" ranks the members of a population: use ScorePopulation`;
    return kind === 'population' ? [{ field: `settings.proxies[${i}].id`, description }] : [];
  });
  if (violations.length > 0) throw ServiceError.invalidFields(violations);
}

/** The members' scores with those of population proxies, which only follow from all members, filled in. */
export function scorePopulationProxies(members: readonly (readonly ScoredProxy[])[]): ScoredProxy[][] {
  const columns = (members[0] ?? []).map(({ compiled: { proxy } }, i) => {
    const scores = members.map((member) => member[i].score);
    return proxy.kind === 'population'
      ? proxy.combine(scores.map(({ components }) => components!))
      : scores.map(({ value }) => value);
  });
  return members.map((member, m) =>
    member.map((scored, i) => ({ ...scored, score: { ...scored.score, value: columns[i][m] } })),
  );
}

/** What is wrong with one member, as an error of the population's call. */
export function memberError(error: ServiceError, index: number): ServiceError {
  const field = `architectures[${index}]`;
  if (error.violations.length === 0) return new ServiceError(error.code, `${field}: ${error.message}`, error);
  // Errors of single architectures blame `architecture`, or the field already.
  return ServiceError.invalidFields(error.violations.map(({ description }) => ({ field, description })));
}
