import {
  parseDataset,
  ServiceError,
  type CallOptions,
  type DescribeScorerResponse,
  type ListProxiesResponse,
  type ScoreArchitectureRequest,
  type ScoreArchitectureResponse,
  type ScoreArchitecturesRequest,
  type ScoreArchitecturesResponse,
  type ScorePopulationRequest,
  type ScorePopulationResponse,
  type ScorerApi,
  type ScoreSettings,
  SearchSpace,
  toStatus,
  type UploadBatchRequest,
  type UploadBatchResponse,
  type UploadedModel,
  type UploadModelRequest,
  type UploadModelResponse,
} from '@gradsign/contracts';
import { proxies } from '@gradsign/proxies';
import { checkArchitecture, resolveSpace } from '@gradsign/requests';
import { EngineStatuses } from './engine-status';
import { SCORE_DEFINITION_VERSION } from './identity';
import { Models } from './models';
import { mapOrdered } from './ordered';
import { memberError, refusePopulationProxies, scorePopulationProxies } from './population';
import { scoreMessage } from './score-message';
import { modelSubject, Scorer, type ScorerOptions, type ScoredProxy } from './scorer';
import { checkModelSettings, compileSettings, type CompiledSettings } from './settings';
import { receiveBatch } from './upload';

const MAX_ARCHITECTURES = 100_000;
/** The heaviest network of a space takes some ten times as long as the mean one. */
const WINDOW = 16;

/** What the scoring service is made of. */
export interface ScoringOptions extends ScorerOptions {
  readonly version: string;
}

/** One architecture of a list, with its scores or what was wrong with it. */
interface ScoredArchitecture {
  readonly index: number;
  readonly architecture: string;
  readonly settings: CompiledSettings;
  readonly scored: readonly ScoredProxy[];
  readonly error?: ServiceError;
}

/** The scorer, without its port. */
export class ScoringService implements ScorerApi {
  private readonly scorer: Scorer;
  private readonly models: Models;
  private readonly engines: EngineStatuses;

  constructor(private readonly options: ScoringOptions) {
    this.scorer = new Scorer(options);
    this.models = new Models(options.pool);
    this.engines = new EngineStatuses(options.pool);
  }

  async listProxies(): Promise<ListProxiesResponse> {
    return {
      proxies: [...proxies.values()].map((proxy) => ({
        id: proxy.id,
        definition: proxy.definition,
        source: proxy.source,
        higherIsBetter: proxy.higherIsBetter,
        defaultBatchSize: proxy.data === 'none' ? 0 : proxy.defaultBatchSize,
        chunkable: proxy.chunkable,
        population: proxy.kind === 'population',
      })),
    };
  }

  async scoreArchitecture(
    request: ScoreArchitectureRequest,
    options: CallOptions = {},
  ): Promise<ScoreArchitectureResponse> {
    const { subject } = request;
    if (subject?.$case === 'model') return this.scoreModel(subject.value, request.settings, options);
    if (subject === undefined) throw ServiceError.invalid('subject', 'an architecture or a model is required');
    const space = resolveSpace(subject.value.space, 'architecture.space');
    const architecture = checkArchitecture(space, subject.value.architecture, 'architecture.architecture');
    const settings = await this.compile(request.settings);
    const scored = await this.scorer.score({ space: space.name, architecture }, settings, options.signal);
    return { scores: scored.map((s) => scoreMessage(subject.value.space, architecture, settings, s)) };
  }

  async *scoreArchitectures(
    request: ScoreArchitecturesRequest,
    options: CallOptions = {},
  ): AsyncGenerator<ScoreArchitecturesResponse> {
    for await (const { index, architecture, settings, scored, error } of this.scoreEach(request, options)) {
      const scores = scored.map((s) => scoreMessage(request.space, architecture, settings, s));
      yield { index, scores, error: error && toStatus(error) };
    }
  }

  async scorePopulation(request: ScorePopulationRequest, options: CallOptions = {}): Promise<ScorePopulationResponse> {
    const members: ScoredArchitecture[] = [];
    for await (const member of this.scoreEach(request, options, true)) {
      if (member.error) throw memberError(member.error, member.index);
      members.push(member);
    }
    const scored = scorePopulationProxies(members.map((member) => member.scored));
    const messages = members.map(({ architecture, settings }, i) =>
      scored[i].map((s) => scoreMessage(request.space, architecture, settings, s)),
    );
    return { scores: messages.flat() };
  }

  async uploadModel(parts: AsyncIterable<UploadModelRequest>, options: CallOptions = {}): Promise<UploadModelResponse> {
    return this.models.upload(parts, options);
  }

  async uploadBatch(parts: AsyncIterable<UploadBatchRequest>): Promise<UploadBatchResponse> {
    const batch = await receiveBatch(parts);
    this.scorer.batches.keep(batch);
    return { digest: batch.digest };
  }

  async describeScorer(): Promise<DescribeScorerResponse> {
    const { pool, sources, version } = this.options;
    const stats = pool.stats();
    return {
      version,
      scoreDefinitionVersion: SCORE_DEFINITION_VERSION,
      engines: await this.engines.all(),
      datasets: sources.infos().map(({ name, imageShape, classes, digest = '' }) => {
        const [channels, height, width] = imageShape;
        return { dataset: parseDataset(name, 'datasets'), channels, height, width, classes, digest };
      }),
      workers: stats.workers.map(({ pid, busy, served }) => ({ pid, busy, served: BigInt(served) })),
      queued: stats.queued,
      queueLimit: stats.queueLimit,
    };
  }

  private async scoreModel(
    { digest, reinitialize }: UploadedModel,
    given: ScoreSettings | undefined,
    { signal }: CallOptions,
  ): Promise<ScoreArchitectureResponse> {
    const settings = await this.compile(given);
    checkModelSettings(settings, reinitialize);
    this.models.share(digest);
    const scored = await this.scorer.score(modelSubject({ digest, reinitialize }), settings, signal);
    const { SEARCH_SPACE_UNSPECIFIED: none } = SearchSpace;
    return { scores: scored.map((s) => scoreMessage(none, `model:${digest}`, settings, s)) };
  }

  /** Scores architectures, several at once, in their order. */
  private async *scoreEach(
    request: ScoreArchitecturesRequest,
    options: CallOptions,
    population = false,
  ): AsyncGenerator<ScoredArchitecture> {
    const space = resolveSpace(request.space, 'space');
    const { architectures } = request;
    if (architectures.length === 0 || architectures.length > MAX_ARCHITECTURES) {
      const description = `${architectures.length} architectures are given; between 1 and ${MAX_ARCHITECTURES} are allowed`;
      throw ServiceError.invalid('architectures', description);
    }
    const settings = await this.compile(request.settings, population);
    const abandoned = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, abandoned.signal]) : abandoned.signal;
    try {
      // Two for each worker: one running, one ready to follow.
      const concurrency = 2 * this.options.pool.stats().workers.length;
      yield* mapOrdered(architectures, { concurrency, window: WINDOW * concurrency }, async (text, index) => {
        try {
          const architecture = checkArchitecture(space, text, `architectures[${index}]`);
          const scored = await this.scorer.score({ space: space.name, architecture }, settings, signal);
          return { index, architecture, settings, scored };
        } catch (error) {
          const failure = ServiceError.from(error);
          if (!isOwn(failure)) throw failure;
          return { index, architecture: text, settings, scored: [], error: failure };
        }
      });
    } finally {
      abandoned.abort();
    }
  }

  private async compile(settings: ScoreSettings | undefined, population = false): Promise<CompiledSettings> {
    this.options.tables?.refresh();
    const compiled = compileSettings(settings);
    if (!population) refusePopulationProxies(compiled);
    // Told before any work is done; drawing is cached, so that nothing is done twice.
    for (const { batchSize } of compiled.proxies) if (batchSize > 0) this.scorer.batches.get(compiled, batchSize);
    await this.engines.require(compiled.engine, compiled.device);
    return compiled;
  }
}

/** Errors that belong to one architecture of a stream; any other ends the stream. */
function isOwn(error: ServiceError): boolean {
  if (error.code === 'RESOURCE_EXHAUSTED') return error.reason === 'MEMORY_LIMIT';
  return ['INVALID_ARGUMENT', 'FAILED_PRECONDITION', 'INTERNAL', 'DEADLINE_EXCEEDED'].includes(error.code);
}
