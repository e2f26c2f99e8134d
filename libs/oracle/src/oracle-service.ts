import type { BenchmarkStore } from '@gradsign/benchmarks';
import {
  ServiceError,
  type BatchGetEvaluationsRequest,
  type BatchGetEvaluationsResponse,
  type CallOptions,
  type CancelTrainingRequest,
  type CancelTrainingResponse,
  type DownloadModelRequest,
  type DownloadModelResponse,
  type GetBenchmarkRequest,
  type GetBenchmarkResponse,
  type GetEvaluationRequest,
  type GetEvaluationResponse,
  type GetTrainingRequest,
  type GetTrainingResponse,
  type ListBenchmarksResponse,
  type ListTrainingsRequest,
  type ListTrainingsResponse,
  type OracleApi,
  type StartTrainingRequest,
  type StartTrainingResponse,
  type StreamEvaluationsRequest,
  type StreamEvaluationsResponse,
  type WatchTrainingRequest,
  type WatchTrainingResponse,
} from '@gradsign/contracts';
import { Tables } from './tables';
import type { Trainings } from './trainings';

/** Owner of what is started by a call without an identity: one in the process. */
const LOCAL = 'local';

/** What the oracle is made of. */
export interface OracleOptions {
  readonly store: BenchmarkStore;
  /**
   * Called when a call needs trainings, and again after a failure: it may open them then, so that a process that only
   * reads tables takes no folder and starts no worker. Absent where networks are not trained.
   */
  readonly trainings?: () => Promise<Trainings>;
}

/** The benchmark oracle, without its port. */
export class OracleService implements OracleApi {
  private readonly tables: Tables;
  private opened: Promise<Trainings> | undefined;

  constructor(private readonly options: OracleOptions) {
    this.tables = new Tables(options.store);
  }

  async listBenchmarks(): Promise<ListBenchmarksResponse> {
    return { benchmarks: this.tables.list() };
  }

  async getBenchmark({ benchmark }: GetBenchmarkRequest): Promise<GetBenchmarkResponse> {
    return { benchmark: this.tables.describe(benchmark) };
  }

  async getEvaluation(request: GetEvaluationRequest): Promise<GetEvaluationResponse> {
    return { evaluation: this.tables.evaluation(request) };
  }

  async batchGetEvaluations(request: BatchGetEvaluationsRequest): Promise<BatchGetEvaluationsResponse> {
    return { evaluations: this.tables.evaluations(request) };
  }

  async *streamEvaluations(
    request: StreamEvaluationsRequest,
    { signal }: CallOptions = {},
  ): AsyncGenerator<StreamEvaluationsResponse> {
    for await (const evaluations of this.tables.stream(request, signal)) yield { evaluations };
  }

  async startTraining(
    request: StartTrainingRequest,
    { caller = LOCAL }: CallOptions = {},
  ): Promise<StartTrainingResponse> {
    const trainings = await this.trainings();
    return { training: await trainings.start(request, caller) };
  }

  async getTraining({ name }: GetTrainingRequest): Promise<GetTrainingResponse> {
    const trainings = await this.trainings();
    return { training: trainings.get(name) };
  }

  async listTrainings(request: ListTrainingsRequest): Promise<ListTrainingsResponse> {
    const { items, nextPageToken } = (await this.trainings()).list(request);
    return { trainings: [...items], nextPageToken };
  }

  async *watchTraining(
    { name }: WatchTrainingRequest,
    { signal }: CallOptions = {},
  ): AsyncGenerator<WatchTrainingResponse> {
    const trainings = await this.trainings();
    for await (const training of trainings.watch(name, signal)) yield { training };
  }

  async cancelTraining({ name }: CancelTrainingRequest): Promise<CancelTrainingResponse> {
    const trainings = await this.trainings();
    return { training: await trainings.cancel(name) };
  }

  async *downloadModel(
    { name }: DownloadModelRequest,
    { signal }: CallOptions = {},
  ): AsyncGenerator<DownloadModelResponse> {
    const trainings = await this.trainings();
    for await (const chunk of trainings.model(name, signal)) yield { chunk };
  }

  private async trainings(): Promise<Trainings> {
    const { trainings } = this.options;
    if (!trainings) {
      throw new ServiceError('FAILED_PRECONDITION', 'this server does not train networks', {
        reason: 'TRAINING_DISABLED',
      });
    }
    this.opened ??= trainings();
    try {
      return await this.opened;
    } catch (error) {
      this.opened = undefined;
      throw error;
    }
  }
}
