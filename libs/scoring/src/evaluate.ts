import { checkMemory, type Engine, type Session } from '@gradsign/engine';
import type { Network } from '@gradsign/network';
import { peakBytes, type Graph, type Tensor } from '@gradsign/onnx';
import {
  batchFeeds,
  planProxies,
  proxies as registry,
  type MemberValue,
  type Plan,
  type ProgramSubject,
  type ProxyValue,
} from '@gradsign/proxies';
import { initialWeights } from './initial-weights';
import type { BatchBlob, TaskScore } from './task';

/** Images in one run of a graph, where the batch may be cut: memory falls, time does not change. */
export const DEFAULT_CHUNK_SIZE = 16;

/** A run of a graph by a program. */
export interface ProgramRun {
  readonly proxy: string;
  readonly initialization: number;
  /** Runs of the program before it, in this initialisation. */
  readonly index: number;
  readonly feeds: Readonly<Record<string, Tensor>>;
}

export interface EvaluateOptions {
  readonly engine: Engine;
  readonly network: Network;
  readonly architecture: string;
  /** Ids from the registry, without repetition. */
  readonly proxies: readonly string[];
  /** Absent where no proxy uses images. */
  readonly batch?: BatchBlob;
  readonly seed: number | bigint;
  readonly initializations: number;
  /** Weights by path, where the network has some. Default: drawn by the seed. */
  readonly weights?: ReadonlyMap<string, Tensor<'float32'>>;
  /** See ProgramSubject. Default: there is none. */
  readonly smallestNetwork?: ProgramSubject['smallestNetwork'];
  readonly chunkSize?: number;
  /** Bytes that the values of one graph may take at once, estimated before it is loaded. Default: no limit. */
  readonly memoryLimit?: number;
  /** Awaited before every run of a graph; it throws where the evaluation should stop. */
  readonly checkpoint?: () => Promise<void>;
  readonly onProgramRun?: (run: ProgramRun) => void;
  readonly onChunk?: (done: number, total: number) => void;
}

/** Of one initialisation. */
interface Evaluation extends ProxyValue {
  readonly components?: readonly number[];
}

/**
 * Values of proxies for one network, in the order asked for: means over the initialisations. Proxies that share a
 * pass share its time equally. The same bits for the same arguments on the same engine and machine, whatever the
 * chunk size.
 * @throws MemoryLimitError before a graph is loaded that would take more than `memoryLimit`.
 */
export async function evaluateProxies(options: EvaluateOptions): Promise<TaskScore[]> {
  const wanted = options.proxies.map((id) => registry.get(id)!);
  const graphProxies = wanted.filter((proxy) => proxy.kind === 'graph');
  const results = new Map<string, { values: Evaluation[]; seconds: number }>();
  const add = (id: string, value: Evaluation, seconds: number) => {
    const known = results.get(id) ?? { values: [], seconds: 0 };
    results.set(id, { values: [...known.values, value], seconds: known.seconds + seconds });
  };

  for (const proxy of wanted) {
    if (proxy.kind !== 'structural') continue;
    const started = now();
    add(proxy.id, proxy.evaluate(options), now() - started);
  }
  const { batch, network, seed, chunkSize = DEFAULT_CHUNK_SIZE } = options;
  const rounds = wanted.every(({ kind }) => kind === 'structural') ? 0 : options.initializations;
  for (let initialization = 0; initialization < rounds; initialization++) {
    const weights = lazily(() => options.weights ?? initialWeights(network, { seed, initialization }));
    let started = now();
    for (const proxy of wanted) {
      if (proxy.kind !== 'program' && proxy.kind !== 'population') continue;
      const evaluate = (subject: ProgramSubject): Promise<Evaluation> =>
        proxy.kind === 'program' ? proxy.evaluate(subject) : ofMember(proxy.evaluate(subject));
      add(proxy.id, await runProgram(evaluate, options, { proxy: proxy.id, initialization, weights }), now() - started);
      started = now();
    }
    if (graphProxies.length === 0) continue;
    for (const plan of planProxies(graphProxies, {
      network,
      weights: weights(),
      batchSize: batch!.size,
      chunkSize,
    })) {
      const values = plan.reduce(await runChunks(options, plan));
      const share = (now() - started) / plan.proxies.length;
      plan.proxies.forEach((proxy, i) => add(proxy.id, values[i], share));
      started = now();
    }
  }
  return wanted.map(({ id }) => {
    const { values, seconds } = results.get(id)!;
    const mean = (of: (v: Evaluation) => number) => values.reduce((sum, v) => sum + of(v), 0) / values.length;
    const components = values[0].components?.map((_, i) => mean((v) => v.components![i]));
    const nanCount = values.reduce((n, v) => n + v.nanCount, 0);
    return { id, value: mean((v) => v.value), components, weights: values[0].weights, nanCount, seconds };
  });
}

/** Evaluates a program; the graphs that it runs stay loaded until it ends. */
async function runProgram(
  evaluate: (subject: ProgramSubject) => Promise<Evaluation>,
  options: EvaluateOptions,
  own: { proxy: string; initialization: number; weights: () => ProgramSubject['weights'] },
): Promise<Evaluation> {
  const { engine, network, architecture, seed, batch } = options;
  const { memoryLimit = Infinity, checkpoint = async () => {}, smallestNetwork } = options;
  const { proxy, initialization, weights } = own;
  const sessions = new Map<Graph, Session>();
  let index = 0;
  try {
    return await evaluate({
      network,
      architecture,
      seed,
      initialization,
      get weights() {
        return weights();
      },
      batch,
      smallestNetwork,
      checkpoint,
      async run(graph, feeds) {
        await checkpoint();
        options.onProgramRun?.({ proxy, initialization, index: index++, feeds });
        if (!sessions.has(graph)) checkMemory(proxy, peakBytes(graph), memoryLimit);
        const session = sessions.get(graph) ?? (await engine.load(graph));
        sessions.set(graph, session);
        return session.run(feeds);
      },
    });
  } finally {
    for (const session of sessions.values()) await session.release();
  }
}

/** A member of a population has no value of its own. */
async function ofMember(value: Promise<MemberValue>): Promise<Evaluation> {
  return { value: NaN, ...(await value) };
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** Seconds of a monotonic clock. */
function now(): number {
  return performance.now() / 1000;
}

/** Runs a plan's graph on every chunk of the batch and adds the outputs. */
async function runChunks(options: EvaluateOptions, plan: Plan): Promise<Record<string, Tensor>> {
  const { graph, chunkSize } = plan;
  const batch = options.batch!;
  const total = batch.size / chunkSize;
  const ids = plan.proxies.map(({ id }) => id).join(', ');
  checkMemory(`${ids} on ${chunkSize} images at once`, plan.peakBytes, options.memoryLimit ?? Infinity);
  const session = await options.engine.load(graph);
  try {
    let sum: Record<string, Tensor> | undefined;
    for (let chunk = 0; chunk < total; chunk++) {
      await options.checkpoint?.();
      const outputs = await session.run(batchFeeds(options.network, batch, chunk * chunkSize, chunkSize));
      sum = sum ? addInPlace(sum, outputs) : outputs;
      options.onChunk?.(chunk + 1, total);
    }
    return sum!;
  } finally {
    await session.release();
  }
}

function addInPlace(sum: Record<string, Tensor>, more: Record<string, Tensor>): Record<string, Tensor> {
  for (const [name, { data }] of Object.entries(sum) as [string, Tensor<'float32'>][]) {
    const other = more[name].data as Float32Array;
    for (let k = 0; k < data.length; k++) data[k] += other[k];
  }
  return sum;
}
