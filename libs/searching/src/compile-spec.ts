import { createProposer, Strategy } from '@gradsign/algorithms';
import { MutationOperator, ServiceError, type CallOptions, type SearchSpec } from '@gradsign/contracts';
import { resolveSpace } from '@gradsign/requests';
import type { SearchSpace } from '@gradsign/search-spaces';
import { algorithmName, checkAlgorithm } from './check-algorithm';
import { checkEvaluation } from './check-evaluation';
import { checkGuidance } from './check-guidance';
import { checkLimits } from './check-limits';
import { checkWithServices, type Services } from './check-services';
import { checkWarmStart, type CompiledWarmStart, type FindSearch } from './check-warm-start';
import { withDefaults } from './defaults';
import { Findings } from './findings';

/** A specification that has been checked. */
export interface CompiledSearch {
  /** Complete with defaults. */
  readonly spec: SearchSpec;
  readonly space: SearchSpace;
  /** Name on the command line, for instance `g-rea`. */
  readonly algorithm: string;
  createStrategy(): Strategy;
}

/**
 * Checks a specification and fills in its defaults.
 * @throws ServiceError INVALID_ARGUMENT or UNIMPLEMENTED with every violation at once; UNAVAILABLE when a service that
 * is needed for a check cannot be reached.
 * @param find finds the searches to start from
 */
export async function compileSpec(
  given: SearchSpec | undefined,
  services: Services,
  find: FindSearch,
  options: CallOptions = {},
): Promise<CompiledSearch> {
  if (!given) throw ServiceError.invalid('spec', 'a value is required');
  const spec = withDefaults(given);
  const findings = new Findings();
  const space = checkLocally(spec, findings);
  const warmStart = checkWarmStart(spec, space, find, findings);
  await checkWithServices(spec, services, findings, options);
  findings.throwIfAny();
  return compiled(spec, space!, warmStart);
}

/** Checks what depends on nothing but the specification. Returns the search space where this version has it. */
export function checkLocally(spec: SearchSpec, findings: Findings): SearchSpace | undefined {
  const space = findings.attempt(() => resolveSpace(spec.space, 'spec.space'), 'spec.space');
  checkAlgorithm(spec, findings);
  checkGuidance(spec, findings);
  checkEvaluation(spec, findings);
  checkLimits(spec, findings);
  return space;
}

function compiled(spec: SearchSpec, space: SearchSpace, warmStart: CompiledWarmStart): CompiledSearch {
  const { guidance, seed } = spec;
  const algorithm = spec.algorithm!;
  const evolution = algorithm.$case === 'regularizedEvolution' ? algorithm.value : undefined;
  const name = algorithmName(algorithm);
  return {
    spec,
    space,
    algorithm: guidance ? `g-${name}` : name,
    createStrategy: () =>
      new Strategy({
        space,
        proposer: createProposer(name, {
          populationSize: evolution?.populationSize ?? 0,
          tournamentSize: evolution?.tournamentSize ?? 0,
        }),
        guidance: guidance && { poolSize: guidance.poolSize, guideInitial: guidance.guideInitial },
        mutation: evolution?.mutation === MutationOperator.MUTATION_OPERATOR_UNIFORM ? 'uniform' : 'published',
        seed,
        ...warmStart,
      }),
  };
}
