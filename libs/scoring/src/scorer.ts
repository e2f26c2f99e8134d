import type { ComputePool } from '@gradsign/compute-pool';
import type { Batch } from '@gradsign/dataset';
import { toServiceError, type DataSources } from '@gradsign/requests';
import { attributes, recordSpans, withSpan } from '@gradsign/telemetry';
import { LRUCache } from 'lru-cache';
import { Batches } from './batches';
import { identityKey } from './identity';
import type { CompiledProxy, CompiledSettings } from './settings';
import type { BatchBlob, ScoreTask, TaskScore } from './task';

/** A score with the batch that it was computed on and where it came from. */
export interface ScoredProxy {
  readonly compiled: CompiledProxy;
  readonly score: TaskScore;
  readonly batchSize: number;
  readonly batchDigest: string;
  readonly source: 'computed' | 'cache';
}

const CACHED_SCORES = 200_000;

/** Scores architectures on a pool of workers, from a cache where it may. */
export class Scorer {
  private readonly cache = new LRUCache<string, TaskScore>({ max: CACHED_SCORES });
  readonly batches: Batches;

  constructor(
    private readonly pool: ComputePool,
    readonly sources: DataSources,
  ) {
    this.batches = new Batches(sources);
  }

  /**
   * One result for each proxy of the settings, in their order.
   * @throws ServiceError.
   */
  async score(
    space: string,
    architecture: string,
    settings: CompiledSettings,
    signal?: AbortSignal,
  ): Promise<ScoredProxy[]> {
    const { imageShape, classes } = this.sources.info(settings.data.name, 'settings.data.dataset');
    const results = new Map<string, ScoredProxy>();
    for (const group of groupProxies(settings.proxies)) {
      const { batchSize, initializations } = group[0];
      const batch = batchSize === 0 ? undefined : this.batches.get(settings, batchSize);
      const task: ScoreTask = {
        space,
        architecture,
        network: settings.network,
        imageShape,
        classes,
        proxies: group.map(({ proxy }) => proxy.id),
        initializations,
        seed: settings.seed,
        engine: settings.engine,
        device: settings.device,
        batchDigest: batch?.digest,
      };
      for (const result of await this.group(task, group, batch, settings.recompute, signal)) {
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
    const known = recompute ? [] : group.filter(({ proxy }) => this.cache.has(key(task, proxy.id)));
    const wanted = group.filter((compiled) => !known.includes(compiled));
    const scores = new Map(known.map(({ proxy }) => [proxy.id, this.cache.get(key(task, proxy.id))!]));
    if (wanted.length > 0) {
      const proxies = wanted.map(({ proxy }) => proxy.id);
      for (const score of await this.compute({ ...task, proxies }, batch, signal)) {
        scores.set(score.id, score);
        this.cache.set(key(task, score.id), score);
      }
    }
    return group.map((compiled) => ({
      compiled,
      score: scores.get(compiled.proxy.id)!,
      batchSize: batch?.size ?? 0,
      batchDigest: batch?.digest ?? '',
      source: known.includes(compiled) ? 'cache' : 'computed',
    }));
  }

  private compute(task: ScoreTask, batch: Batch | undefined, signal?: AbortSignal): Promise<TaskScore[]> {
    const spanAttributes = {
      [attributes.ARCHITECTURE]: task.architecture,
      [attributes.PROXY]: task.proxies.join(','),
    };
    return withSpan('score architecture', spanAttributes, async () => {
      if (batch)
        this.pool.putBlob(batch.digest, {
          images: batch.images,
          labels: batch.labels,
          size: batch.size,
        } satisfies BatchBlob);
      try {
        const { result, spans } = await this.pool.run<TaskScore[]>(
          { kind: 'score', payload: task, blobs: batch ? [batch.digest] : [] },
          { signal },
        );
        recordSpans(spans);
        return result;
      } catch (error) {
        throw toServiceError(error, 'architecture');
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

function key(task: ScoreTask, proxy: string): string {
  const { variant, channels = 0, cellsPerStage = 0 } = task.network;
  return identityKey({
    ...task,
    proxy,
    seed: String(task.seed),
    network: { variant, channels, cellsPerStage },
    batchDigest: task.batchDigest ?? '',
  });
}
