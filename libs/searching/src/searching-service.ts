import { algorithms } from '@gradsign/algorithms';
import {
  SearchSpace,
  SearchSpec,
  SearchState,
  ServiceError,
  TrialState,
  type AskTrialsRequest,
  type AskTrialsResponse,
  type CallOptions,
  type CreateSearchRequest,
  type CreateSearchResponse,
  type DeleteSearchRequest,
  type DeleteSearchResponse,
  type GetSearchRequest,
  type GetSearchResponse,
  type GetTrialRequest,
  type GetTrialResponse,
  type ListAlgorithmsResponse,
  type ListSearchesRequest,
  type ListSearchesResponse,
  type ListTrialsRequest,
  type ListTrialsResponse,
  type OracleApi,
  type PauseSearchRequest,
  type PauseSearchResponse,
  type ResumeSearchRequest,
  type ResumeSearchResponse,
  type ScorerApi,
  type Search,
  type SearcherApi,
  type StopSearchRequest,
  type StopSearchResponse,
  type TellTrialsRequest,
  type TellTrialsResponse,
  type Trial,
  type UpdateSearchRequest,
  type UpdateSearchResponse,
  type ValidateSearchRequest,
  type ValidateSearchResponse,
  type WatchSearchRequest,
  type WatchSearchResponse,
} from '@gradsign/contracts';
import { paginate, Violations } from '@gradsign/service-kit';
import { compileSpec } from './compile-spec';
import { withDefaults } from './defaults';
import { enumValues, parseFilter } from './filter';
import { checkSearchName, newSearchName, parseTrialName, trialName } from './names';
import { RunningSearch } from './running-search';
import { SearchRecord } from './search-record';
import { updatedSpec } from './update-spec';

/** What the searching service is made of. */
export interface SearchingOptions {
  readonly scorer: ScorerApi;
  readonly oracle: OracleApi;
  /** The clock of times in messages, and of searches that train. Default: the system's. */
  readonly now?: () => Date;
}

const SEARCH_FIELDS = {
  state: { values: enumValues(SearchState, 'SEARCH_STATE_'), read: (search: Search) => search.state },
  space: { values: enumValues(SearchSpace, 'SEARCH_SPACE_'), read: (search: Search) => search.spec!.space },
};
const TRIAL_FIELDS = {
  state: { values: enumValues(TrialState, 'TRIAL_STATE_'), read: (trial: Trial) => trial.state },
};
const ENDED = [SearchState.SEARCH_STATE_SUCCEEDED, SearchState.SEARCH_STATE_FAILED, SearchState.SEARCH_STATE_STOPPED];
const MAX_ASKED = 1000;

/** The searcher, without its port. Its searches live in memory. */
export class SearchingService implements SearcherApi {
  private readonly searches = new Map<string, RunningSearch>();
  /** What each caller's request ids have created. */
  private readonly requests = new Map<string, { readonly name: string; readonly spec: Uint8Array }>();
  private readonly now: () => Date;
  private closed = false;

  constructor(private readonly options: SearchingOptions) {
    this.now = options.now ?? (() => new Date());
  }

  async listAlgorithms(): Promise<ListAlgorithmsResponse> {
    return { algorithms: [...algorithms] };
  }

  async validateSearch({ spec }: ValidateSearchRequest, options: CallOptions = {}): Promise<ValidateSearchResponse> {
    const complete = spec && withDefaults(spec);
    try {
      await compileSpec(spec, this.options, this.recordOf, options);
      return { violations: [], spec: complete };
    } catch (error) {
      const { violations } = ServiceError.from(error);
      if (violations.length === 0) throw error;
      return { violations: violations.map((v) => ({ ...v, reason: '', localizedMessage: undefined })), spec: complete };
    }
  }

  async createSearch(request: CreateSearchRequest, options: CallOptions = {}): Promise<CreateSearchResponse> {
    const { requestId, displayName, spec } = request;
    const owner = options.caller ?? 'local';
    const violations = new Violations();
    violations.maxLength('request_id', requestId, 128);
    violations.maxLength('display_name', displayName, 256);
    violations.throwIfAny();
    const earlier = this.created(owner, request);
    if (earlier) return { search: earlier };
    const compiled = await compileSpec(spec, this.options, this.recordOf, options);
    // An equal request may have come through while this one was checked.
    const meanwhile = this.created(owner, request);
    if (meanwhile) return { search: meanwhile };
    if (this.closed) throw new ServiceError('UNAVAILABLE', 'the server is stopping', { reason: 'STOPPING' });
    const name = newSearchName();
    const record = new SearchRecord({ name, owner, displayName, spec: compiled.spec }, this.now);
    this.searches.set(name, new RunningSearch(compiled, record, this.options, this.now));
    if (requestId !== '') {
      this.requests.set(requestKey(owner, requestId), { name, spec: SearchSpec.encode(compiled.spec).finish() });
    }
    return { search: record.search };
  }

  async getSearch({ name }: GetSearchRequest): Promise<GetSearchResponse> {
    return { search: this.find(name, 'name').record.search };
  }

  async listSearches(request: ListSearchesRequest): Promise<ListSearchesResponse> {
    const { pageSize, pageToken, filter, orderBy } = request;
    const passes = parseFilter(filter, SEARCH_FIELDS);
    if (!['', 'create_time', 'create_time desc'].includes(orderBy)) {
      throw ServiceError.invalid('order_by', `"${orderBy}" is not an order; known: create_time, create_time desc`);
    }
    const descending = orderBy !== 'create_time';
    const searches = [...this.searches.values()].map(({ record }) => record.search).filter(passes);
    searches.sort((a, b) => (orderKey(a) < orderKey(b) === descending ? 1 : -1));
    const list = `searches ${filter} ${descending}`;
    const page = paginate(searches, { keyOf: orderKey, list, descending }, { pageSize, pageToken });
    return { searches: [...page.items], nextPageToken: page.nextPageToken };
  }

  async *watchSearch(
    { name, cursor }: WatchSearchRequest,
    options: CallOptions = {},
  ): AsyncGenerator<WatchSearchResponse> {
    const { events } = this.find(name, 'name').record;
    yield* events.watch(events.position(cursor), options.signal);
  }

  async updateSearch(request: UpdateSearchRequest): Promise<UpdateSearchResponse> {
    const search = this.find(request.name, 'name');
    search.update(updatedSpec(search.record.spec, request));
    return { search: search.record.search };
  }

  async pauseSearch({ name }: PauseSearchRequest): Promise<PauseSearchResponse> {
    const search = this.find(name, 'name');
    search.pause();
    return { search: search.record.search };
  }

  async resumeSearch({ name }: ResumeSearchRequest): Promise<ResumeSearchResponse> {
    const search = this.find(name, 'name');
    search.resume();
    return { search: search.record.search };
  }

  async stopSearch({ name }: StopSearchRequest): Promise<StopSearchResponse> {
    const search = this.find(name, 'name');
    search.stop();
    return { search: search.record.search };
  }

  async deleteSearch({ name }: DeleteSearchRequest): Promise<DeleteSearchResponse> {
    const search = this.find(name, 'name');
    search.require('deleted', ...ENDED);
    this.searches.delete(name);
    for (const [request, of] of this.requests) if (of.name === name) this.requests.delete(request);
    return {};
  }

  async listTrials({ parent, pageSize, pageToken, filter }: ListTrialsRequest): Promise<ListTrialsResponse> {
    const { trials } = this.find(parent, 'parent').record;
    const passes = parseFilter(filter, TRIAL_FIELDS);
    const page = paginate(
      trials.filter(passes),
      { keyOf: ({ number }) => sortable(number), list: `trials ${parent} ${filter}` },
      { pageSize, pageToken },
    );
    return { trials: [...page.items], nextPageToken: page.nextPageToken };
  }

  async getTrial({ name }: GetTrialRequest): Promise<GetTrialResponse> {
    const { search, number } = parseTrialName(name, 'name');
    const trial = this.find(search, 'name').record.trials.at(number - 1);
    if (!trial) throw new ServiceError('NOT_FOUND', `there is no ${trialName(search, number)}`);
    return { trial };
  }

  async askTrials({ parent, maxTrials }: AskTrialsRequest, options: CallOptions = {}): Promise<AskTrialsResponse> {
    const search = this.find(parent, 'parent');
    const violations = new Violations();
    violations.range('max_trials', maxTrials, { min: 1, max: MAX_ASKED });
    violations.throwIfAny();
    return { trials: await search.ask(maxTrials, options.signal) };
  }

  async tellTrials({ parent, results }: TellTrialsRequest): Promise<TellTrialsResponse> {
    const search = this.find(parent, 'parent');
    await search.tell(results);
    return { search: search.record.search };
  }

  /** Stops the searches' loops where they are, and waits for them. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.searches.values()].map((search) => search.close()));
  }

  private readonly recordOf = (name: string): SearchRecord | undefined => this.searches.get(name)?.record;

  private find(name: string, field: string): RunningSearch {
    const search = this.searches.get(checkSearchName(name, field));
    if (search) return search;
    throw new ServiceError('NOT_FOUND', `there is no ${name}`, { reason: 'SEARCH_NOT_FOUND', metadata: { name } });
  }

  /** The search that a request with the same id has created. @throws ServiceError ALREADY_EXISTS. */
  private created(owner: string, { requestId, spec }: CreateSearchRequest): Search | undefined {
    const known = this.requests.get(requestKey(owner, requestId));
    if (!known) return undefined;
    if (spec && Buffer.compare(SearchSpec.encode(withDefaults(spec)).finish(), known.spec) === 0) {
      return this.searches.get(known.name)!.record.search;
    }
    const sentence = `request_id: "${requestId}" has created ${known.name} from another specification; use a new id`;
    throw new ServiceError('ALREADY_EXISTS', sentence, { reason: 'REQUEST_ID_USED', metadata: { name: known.name } });
  }
}

function requestKey(owner: string, requestId: string): string {
  return JSON.stringify([owner, requestId]);
}

/** Sorts searches by the time of their creation. */
function orderKey({ createTime, name }: Search): string {
  return `${createTime!.toISOString()} ${name}`;
}

/** A number as text that sorts like the number. */
function sortable(number: number): string {
  return String(number).padStart(12, '0');
}
