import { createProposer, Strategy } from '@gradsign/algorithms';
import { MutationOperator, ServiceError, type CallOptions, type SearchSpec, type WarmStart } from '@gradsign/contracts';
import { checkArchitecture, resolveSpace } from '@gradsign/requests';
import type { SearchSpace } from '@gradsign/search-spaces';
import { algorithmName, checkAlgorithm } from './check-algorithm';
import { checkEvaluation } from './check-evaluation';
import { checkGuidance } from './check-guidance';
import { checkLimits } from './check-limits';
import { checkWithServices, type Services } from './check-services';
import { withDefaults } from './defaults';
import { Findings } from './findings';

const MAX_GIVEN = 10_000;

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
 */
export async function compileSpec(
  given: SearchSpec | undefined,
  services: Services,
  options: CallOptions = {},
): Promise<CompiledSearch> {
  if (!given) throw ServiceError.invalid('spec', 'a value is required');
  const spec = withDefaults(given);
  const findings = new Findings();
  const space = checkLocally(spec, findings);
  await checkWithServices(spec, services, findings, options);
  findings.throwIfAny();
  return compiled(spec, space!);
}

/** Checks what no service is needed for. Returns the search space where this version has it. */
export function checkLocally(spec: SearchSpec, findings: Findings): SearchSpace | undefined {
  const space = findings.attempt(() => resolveSpace(spec.space, 'spec.space'), 'spec.space');
  checkAlgorithm(spec, findings);
  checkGuidance(spec, findings);
  checkEvaluation(spec, findings);
  checkLimits(spec, findings);
  if (spec.warmStart) checkWarmStart(spec.warmStart, space, findings);
  return space;
}

function checkWarmStart({ searches, architectures }: WarmStart, space: SearchSpace | undefined, findings: Findings) {
  const field = 'spec.warm_start';
  if (searches.length > 0)
    findings.unimplemented(`${field}.searches`, 'this version does not learn from earlier searches');
  findings.maxLength(`${field}.architectures`, architectures, MAX_GIVEN);
  if (!space || architectures.length > MAX_GIVEN) return;
  architectures.forEach((text, i) =>
    findings.attempt(() => checkArchitecture(space, text, `${field}.architectures[${i}]`)),
  );
}

function compiled(spec: SearchSpec, space: SearchSpace): CompiledSearch {
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
        first: spec.warmStart?.architectures.map((text) => checkArchitecture(space, text, 'spec.warm_start')),
      }),
  };
}
