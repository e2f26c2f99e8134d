import type { ComputePool } from '@gradsign/compute-pool';
import type { Batch } from '@gradsign/dataset';
import { proxies } from '@gradsign/proxies';
import { toServiceError, type DataSources } from '@gradsign/requests';
import { columnKey, type ScoreTables } from '@gradsign/score-tables';
import { searchSpace } from '@gradsign/search-spaces';
import { attributes, recordSpans, withSpan } from '@gradsign/telemetry';
import { LRUCache } from 'lru-cache';
import { Batches } from './batches';
import { identityKey, SCORE_DEFINITION_VERSION, type ScoreIdentity } from './identity';
import { defaultMemoryLimit } from './memory-limit';
import type { CompiledProxy, CompiledSettings } from './settings';
import type { BatchBlob, ModelSubject, ScoreTask, TaskScore } from './task';

/** A score with the batch that it was computed on and where it came from. */
export interface ScoredProxy {
  readonly compiled: CompiledProxy;
  readonly score: TaskScore;
  readonly batchSize: number;
  readonly batchDigest: string;
  readonly source: 'computed' | 'cache' | 'table';
}

/** What is scored: an architecture of a space, or a model that is shared with the workers. */
export type ScoreSubject = Pick<ScoreTask, 'space' | 'architecture' | 'model'>;

/** The subject of an uploaded model; its identity says whether its weights are its own. */
export function modelSubject(model: ModelSubject): ScoreSubject {
  return { space: '', architecture: `model:${model.digest}${model.reinitialize ? ':reinitialized' : ''}`, model };
}

const CACHED_SCORES = 200_000;

/** Scores architectures on a pool of workers, from a cache where it may. */
export class Scorer {
  private readonly cache = new LRUCache<string, TaskScore>({ max: CACHED_SCORES });
  readonly batches: Batches;

  constructor(
    private readonly pool: ComputePool,
    readonly sources: DataSources,
    /** Scores that were computed before, where there are any. */
    private readonly tables?: ScoreTables,
    /** Bytes that the values of a graph may take in a worker. */
    private readonly memoryLimit = defaultMemoryLimit(pool.stats().workers.length),
    /** See ScoringOptions. */
    private readonly dump?: string,
  ) {
    this.batches = new Batches(sources);
  }

  /**
   * One result for each proxy of the settings, in their order.
   * @throws ServiceError.
   */
  async score(subject: ScoreSubject, settings: CompiledSettings, signal?: AbortSignal): Promise<ScoredProxy[]> {
    const { imageShape, classes } = this.sources.info(settings.data.name, 'settings.data.dataset');
    const results = new Map<string, ScoredProxy>();
    for (const group of groupProxies(settings.proxies)) {
      const { batchSize, initializations } = group[0];
      const batch = batchSize === 0 ? undefined : this.batches.get(settings, batchSize);
      const task: ScoreTask = {
        ...subject,
        network: settings.network,
        imageShape,
        classes,
        proxies: group.map(({ proxy }) => proxy.id),
        initializations,
        seed: settings.seed,
        engine: settings.engine,
        device: settings.device,
        memoryLimit: this.memoryLimit,
        batchDigest: batch?.digest,
        dump: this.dump,
      };
      // What is not computed draws nothing.
      const recompute = settings.recompute || this.dump !== undefined;
      for (const result of await this.group(task, group, batch, recompute, signal)) {
        results.set(result.compiled.proxy.id, result);
      }
    }
    return settings.proxies.map(({ proxy }) => results.get(proxy.id)!);
  }

  private async group(
    task: ScoreTask,
    group: readonly CompiledProxy[],
    batch: Batch | undefined,
    recompute: boolean,
    signal: AbortSignal | undefined,
  ): Promise<ScoredProxy[]> {
    const known = new Map(recompute ? [] : group.flatMap((compiled) => this.known(task, compiled.proxy.id)));
    const wanted = group.filter(({ proxy }) => !known.has(proxy.id));
    const computed = new Map<string, TaskScore>();
    if (wanted.length > 0) {
      const ids = wanted.map(({ proxy }) => proxy.id);
      for (const score of await this.compute({ ...task, proxies: ids }, batch, signal)) {
        computed.set(score.id, score);
        this.cache.set(this.cacheKey(task, score.id), score);
      }
    }
    return group.map((compiled) => ({
      compiled,
      ...(known.get(compiled.proxy.id) ?? { score: computed.get(compiled.proxy.id)!, source: 'computed' as const }),
      batchSize: batch?.size ?? 0,
      batchDigest: batch?.digest ?? '',
    }));
  }

  /** A score from the cache or a table, as a list of at most one entry. */
  private known(task: ScoreTask, proxy: string): [string, Pick<ScoredProxy, 'score' | 'source'>][] {
    const identity = identityOf(task, proxy);
    const cached = this.cache.get(this.cacheKey(task, proxy));
    if (cached) return [[proxy, { score: cached, source: 'cache' }]];
    // A table has scores, not what members are ranked by.
    if (proxies.get(proxy)!.kind === 'population') return [];
    const key = columnKey({
      ...identity,
      imageShape: [...identity.imageShape],
      scoreDefinitionVersion: SCORE_DEFINITION_VERSION,
    });
    const found = this.tables?.find(key, task.architecture);
    if (!found) return [];
    const { values, weights, nanCounts, seconds } = found.column;
    const [value, weight, nanCount, second] = [values, weights, nanCounts, seconds].map((of) => of[found.row]);
    return [[proxy, { score: { id: proxy, value, weights: weight, nanCount, seconds: second }, source: 'table' }]];
  }

  /** Proxies that run on the pruned network have the same score for all architectures of a `live` class. */
  private cacheKey(task: ScoreTask, proxy: string): string {
    if (task.model) return identityKey(identityOf(task, proxy));
    const space = searchSpace(task.space);
    const pruned = proxies.get(proxy)!.kind === 'graph' && space.canonicalForms.includes('live');
    const architecture = pruned ? space.canonical(space.parse(task.architecture), 'live') : task.architecture;
    return identityKey({ ...identityOf(task, proxy), architecture });
  }

  private compute(task: ScoreTask, batch: Batch | undefined, signal?: AbortSignal): Promise<TaskScore[]> {
    const spanAttributes = {
      [attributes.ARCHITECTURE]: task.architecture,
      [attributes.PROXY]: task.proxies.join(','),
    };
    const blobs = [batch?.digest, task.model?.digest].filter((digest) => digest !== undefined);
    return withSpan('score architecture', spanAttributes, async () => {
      if (batch)
        this.pool.putBlob(batch.digest, {
          images: batch.images,
          labels: batch.labels,
          size: batch.size,
        } satisfies BatchBlob);
      try {
        const { result, spans } = await this.pool.run<TaskScore[]>({ kind: 'score', payload: task, blobs }, { signal });
        recordSpans(spans);
        return result;
      } catch (error) {
        throw toServiceError(error, task.model ? 'model' : 'architecture');
      }
    });
  }
}

/** Proxies with the same batch size and initialisations share a task, and so a pass where they can. */
function groupProxies(proxies: readonly CompiledProxy[]): CompiledProxy[][] {
  const groups = new Map<string, CompiledProxy[]>();
  for (const compiled of proxies) {
    const name = `${compiled.batchSize}/${compiled.initializations}`;
    groups.set(name, [...(groups.get(name) ?? []), compiled]);
  }
  return [...groups.values()];
}

function identityOf(task: ScoreTask, proxy: string): ScoreIdentity {
  const { variant, channels = 0, cellsPerStage = 0 } = task.network;
  return {
    ...task,
    proxy,
    seed: String(task.seed),
    network: { variant, channels, cellsPerStage },
    batchDigest: task.batchDigest ?? '',
  };
}
