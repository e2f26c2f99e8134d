import { mkdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { PoolClosedError, type ComputePool } from '@gradsign/compute-pool';
import { ServiceError, Training, TrainingState, type StartTrainingRequest } from '@gradsign/contracts';
import { toServiceError, type DataSourcesOptions } from '@gradsign/requests';
import { paginate, Violations, type Page, type PageRequest } from '@gradsign/service-kit';
import { lockFolder, type FolderLock } from './folder-lock';
import { LiveTraining } from './live-training';
import { ModelFiles } from './model-files';
import { hasEnded, TrainingLog } from './training-log';
import { checkTrainingName, TrainingNames } from './training-names';
import { TrainingRunner } from './training-runner';
import { TrainingCompiler, type CompiledTraining } from './training-spec';

const MAX_REQUEST_ID = 128;

/** What trainings are made of. */
export interface TrainingsOptions {
  /** From `createTrainerPool`; closing it is up to its owner. */
  readonly pool: () => ComputePool;
  /** The data sets that networks may be trained on; the pool's workers read them. */
  readonly data: DataSourcesOptions;
  /** Absolute path of the folder that results are kept in. It has one owner at a time. */
  readonly folder: string;
  /** Default: the system's. */
  readonly clock?: () => Date;
  /** Hears of every end; `cause` is what kept the training from succeeding, for logs. */
  readonly onEnd?: (training: Training, cause?: unknown) => void;
}

/**
 * Opens the trainings of a folder: `trainings.jsonl`, one line for each that has ended, and `models/`.
 * @throws RangeError for a relative path.
 * @throws ServiceError FAILED_PRECONDITION naming the pid of the process that has the folder; DATA_LOSS naming a
 * damaged line.
 */
export async function openTrainings(options: TrainingsOptions): Promise<Trainings> {
  const { folder } = options;
  if (!isAbsolute(folder)) throw new RangeError(`folder is "${folder}": it must be an absolute path`);
  await mkdir(folder, { recursive: true });
  const lock = lockFolder(folder);
  try {
    const models = await ModelFiles.open(join(folder, 'models'));
    const { log, records } = await TrainingLog.open(join(folder, 'trainings.jsonl'));
    const kept = records.map(({ identity, training, requests }) => new LiveTraining(identity, training, requests));
    return new Trainings(options, { lock, models, log }, kept);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Trainings as resources. All methods throw ServiceError. */
export class Trainings {
  private readonly compiler: TrainingCompiler;
  private readonly names: TrainingNames;
  private readonly now: () => Date;
  /** By name, the oldest first. */
  private readonly all = new Map<string, LiveTraining>();
  private readonly byRequest = new Map<string, LiveTraining>();
  /** By identity: what is queued or running, and the latest that succeeded. */
  private readonly running = new Map<string, LiveTraining>();
  private readonly succeeded = new Map<string, LiveTraining>();
  private readonly runner: TrainingRunner;
  private closing = false;

  /** Use `openTrainings`. */
  constructor(
    private readonly options: TrainingsOptions,
    private readonly kept: { readonly lock: FolderLock; readonly models: ModelFiles; readonly log: TrainingLog },
    /** In the order of their ends. */
    ended: readonly LiveTraining[],
  ) {
    this.compiler = new TrainingCompiler(options.data);
    this.now = options.clock ?? (() => new Date());
    for (const live of ended) {
      for (const key of live.requests) this.byRequest.set(key, live);
      this.settle(live);
    }
    const byName = new Map(ended.map((live) => [live.training.name, live]));
    const names = [...byName.keys()].sort();
    for (const name of names) this.all.set(name, byName.get(name)!);
    this.names = new TrainingNames(names.at(-1));
    const { pool } = options;
    this.runner = new TrainingRunner({ ...kept, pool, now: this.now, onEnd: (...end) => this.onEnd(...end) });
  }

  /**
   * Starts a training and returns at once, or returns the one that an equal request or specification has started.
   * @throws ServiceError ALREADY_EXISTS for a request id that came with another specification; RESOURCE_EXHAUSTED when
   * the queue is full, and then there is no training.
   */
  async start({ spec, requestId, recompute }: StartTrainingRequest, caller: string): Promise<Training> {
    if (this.closing) throw toServiceError(new PoolClosedError(), 'spec');
    const violations = new Violations();
    violations.maxLength('request_id', requestId, MAX_REQUEST_ID);
    const compiled = violations.attempt(() => this.compiler.compile(spec));
    violations.throwIfAny();
    const { identity } = compiled!;

    const key = requestId === '' ? undefined : JSON.stringify([caller, requestId]);
    const asked = key === undefined ? undefined : this.byRequest.get(key);
    if (asked && asked.identity !== identity) {
      const sentence = `request_id: "${requestId}" came with another specification before; it started ${asked.training.name}`;
      throw new ServiceError('ALREADY_EXISTS', sentence, { reason: 'REQUEST_ID_USED' });
    }
    const reusable = recompute ? undefined : this.succeeded.get(identity);
    const live = asked ?? this.running.get(identity) ?? reusable ?? this.begin(compiled!, caller);
    if (key !== undefined) {
      this.byRequest.set(key, live);
      if (!hasEnded(live.training)) live.requests.add(key);
    }
    const { training } = live;
    await live.accepted.catch((error: unknown) => {
      this.forget(live);
      throw error;
    });
    const reused = live === reusable && !(key !== undefined && live.requests.has(key));
    return reused ? { ...training, result: { ...training.result!, reused } } : training;
  }

  get(name: string): Training {
    return this.find(name).training;
  }

  /** The newest first. */
  list(page: PageRequest): Page<Training> {
    const newestFirst = [...this.all.values()].reverse().map(({ training }) => training);
    return paginate(newestFirst, { keyOf: ({ name }) => name, list: 'trainings', descending: true }, page);
  }

  /** See `LiveTraining.watch`. */
  watch(name: string, signal: AbortSignal | undefined): AsyncIterable<Training> {
    return this.find(name).watch(signal);
  }

  /** Stops a training and returns its end; one that has ended stays as it is. */
  async cancel(name: string): Promise<Training> {
    const live = this.find(name);
    live.stop();
    await live.ended;
    return live.training;
  }

  /** The ONNX file of a training, a part at a time. @throws ServiceError FAILED_PRECONDITION unless it succeeded. */
  model(name: string, signal: AbortSignal | undefined): AsyncIterable<Buffer> {
    const { state, result } = this.get(name);
    if (state !== TrainingState.TRAINING_STATE_SUCCEEDED) {
      const is = TrainingState[state].replace('TRAINING_STATE_', '');
      throw new ServiceError('FAILED_PRECONDITION', `${name} is ${is}; only a training that SUCCEEDED has a model`, {
        reason: 'TRAINING_NOT_SUCCEEDED',
      });
    }
    return this.kept.models.read(result!.modelSha256, signal);
  }

  /** Stops what runs, without keeping anything of it, and gives the folder back. */
  async close(): Promise<void> {
    this.closing = true;
    this.runner.stop();
    for (const live of this.running.values()) live.stop();
    await Promise.all([...this.running.values()].map(({ ended }) => ended));
    await this.kept.log.close();
    this.kept.lock.release();
  }

  private find(name: string): LiveTraining {
    const live = this.all.get(checkTrainingName(name));
    if (!live) throw new ServiceError('NOT_FOUND', `name: there is no training "${name}"`);
    return live;
  }

  private begin({ spec, identity, steps, task }: CompiledTraining, owner: string): LiveTraining {
    const createTime = this.now();
    const name = this.names.next(createTime);
    const state = TrainingState.TRAINING_STATE_QUEUED;
    const live = new LiveTraining(identity, Training.fromPartial({ name, owner, spec, state, createTime, steps }));
    this.all.set(name, live);
    this.running.set(identity, live);
    this.runner.begin(live, task);
    return live;
  }

  /** Removes a training that the pool has not taken. */
  private forget(live: LiveTraining): void {
    this.all.delete(live.training.name);
    if (this.running.get(live.identity) === live) this.running.delete(live.identity);
    for (const key of live.requests) this.byRequest.delete(key);
  }

  private onEnd(live: LiveTraining, cause: unknown): void {
    this.running.delete(live.identity);
    this.settle(live);
    this.options.onEnd?.(live.training, cause);
  }

  private settle(live: LiveTraining): void {
    if (live.training.state === TrainingState.TRAINING_STATE_SUCCEEDED) this.succeeded.set(live.identity, live);
  }
}
