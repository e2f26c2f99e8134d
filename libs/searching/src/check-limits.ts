import {
  DuplicatePolicy,
  formatDataset,
  Profile,
  type Budget,
  type Constraints,
  type SearchSpec,
} from '@gradsign/contracts';
import { DATASET_NAMES } from '@gradsign/datasets';
import { evaluationDataset } from './defaults';
import type { Findings } from './findings';

/** Checks everything that bounds a search: budget, trials, constraints. */
export function checkLimits(spec: SearchSpec, findings: Findings): void {
  checkBudget(spec.budget, findings);
  findings.known('spec.profile', spec.profile, Profile);
  findings.known('spec.duplicates', spec.duplicates, DuplicatePolicy);
  findings.range('spec.parallelism', spec.parallelism, { min: 1, max: 256 });
  findings.range('spec.max_failed_trials', spec.maxFailedTrials, { min: 0, max: 1_000_000 });
  findings.range('spec.max_attempts', spec.maxAttempts, { min: 1, max: 100 });
  if (spec.constraints) checkConstraints(spec, spec.constraints, findings);
}

function checkBudget(budget: Budget | undefined, findings: Findings): void {
  const { seconds, trials } = budget ?? {};
  if (seconds === undefined && trials === undefined) {
    findings.add('spec.budget', 'at least one limit is required: seconds or trials');
  }
  if (seconds !== undefined) findings.positive('spec.budget.seconds', seconds);
  if (trials !== undefined) findings.range('spec.budget.trials', trials, { min: 1, max: 1_000_000 });
}

function checkConstraints(spec: SearchSpec, { maxParams, maxFlops }: Constraints, findings: Findings): void {
  if (maxParams !== undefined) {
    findings.range('spec.constraints.max_params', maxParams, { min: 1, max: Number.MAX_SAFE_INTEGER });
  }
  if (maxFlops !== undefined) findings.positive('spec.constraints.max_flops', maxFlops);
  if (maxParams === undefined && maxFlops === undefined) return;
  const dataset = evaluationDataset(spec.evaluation);
  // A data set that is absent or wrong is told of where it stands.
  if (spec.evaluation?.$case !== 'external' && !nameOf(dataset)) return;
  findings.check(
    DATASET_NAMES.includes(nameOf(dataset) ?? ''),
    'spec.constraints',
    'a network can be counted only where its image shape and classes are known: ' +
      `the evaluation's data set must be one of ${DATASET_NAMES.join(', ')}`,
  );
}

function nameOf(dataset: ReturnType<typeof evaluationDataset>): string | undefined {
  try {
    return formatDataset(dataset, '');
  } catch {
    return undefined;
  }
}
