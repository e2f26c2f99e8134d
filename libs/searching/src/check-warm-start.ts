import { SearchSpec, TrialState, type Trial, type WarmStart } from '@gradsign/contracts';
import { checkArchitecture } from '@gradsign/requests';
import type { SearchSpace } from '@gradsign/search-spaces';
import { checkSearchName } from './names';
import type { Findings } from './findings';

/** What a search knows from the start. */
export interface CompiledWarmStart {
  /** Architectures to evaluate first, in canonical text. */
  readonly first: readonly string[];
  /** Results of earlier searches, oldest first. */
  readonly known: readonly { readonly architecture: string; readonly reward: number }[];
}

/** Finds an earlier search by its name. */
export type FindSearch = (name: string) => { readonly spec: SearchSpec; readonly trials: readonly Trial[] } | undefined;

const FIELD = 'spec.warm_start';
const MAX_SEARCHES = 100;
const MAX_ARCHITECTURES = 10_000;

/** Checks `spec.warm_start` and reads the trials of the searches that it names, as they are now. */
export function checkWarmStart(
  spec: SearchSpec,
  space: SearchSpace | undefined,
  find: FindSearch,
  findings: Findings,
): CompiledWarmStart {
  const { searches = [], architectures = [] }: Partial<WarmStart> = spec.warmStart ?? {};
  const fits = [
    findings.maxLength(`${FIELD}.searches`, searches, MAX_SEARCHES),
    findings.maxLength(`${FIELD}.architectures`, architectures, MAX_ARCHITECTURES),
  ];
  if (!space || fits.includes(false)) return { first: [], known: [] };
  const first = architectures.flatMap(
    (text, i) => findings.attempt(() => checkArchitecture(space, text, `${FIELD}.architectures[${i}]`)) ?? [],
  );
  const known = searches.flatMap((name, i) => trialsOf(name, `${FIELD}.searches[${i}]`, spec, find, findings));
  return {
    first,
    known: known
      .filter(({ state }) => state === TrialState.TRIAL_STATE_SUCCEEDED)
      .map(({ architecture, reward }) => ({ architecture, reward: reward! })),
  };
}

function trialsOf(
  name: string,
  field: string,
  spec: SearchSpec,
  find: FindSearch,
  findings: Findings,
): readonly Trial[] {
  if (findings.attempt(() => checkSearchName(name, field)) === undefined) return [];
  const search = find(name);
  if (!search) {
    findings.add(field, `there is no ${name}`);
    return [];
  }
  const same = Buffer.compare(rewards(search.spec), rewards(spec)) === 0;
  findings.check(same, field, `${name} has another space or evaluation, so that its rewards cannot be compared`);
  return same ? search.trials : [];
}

/** What gives rewards their meaning, as bytes. */
function rewards({ space, evaluation }: SearchSpec): Uint8Array {
  return SearchSpec.encode({ ...SearchSpec.fromPartial({}), space, evaluation }).finish();
}
