import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BenchmarkStore, BenchmarkTable } from '@gradsign/benchmarks';
import {
  ServiceError,
  type Benchmark,
  type BatchGetEvaluationsRequest,
  type Evaluation,
  type GetEvaluationRequest,
  type StreamEvaluationsRequest,
} from '@gradsign/contracts';
import { benchmarkMessage, evaluationMessage } from './benchmark-message';
import { compileSelection } from './selection';
import { toTableError } from './table-errors';

/** With their notes, more would not fit into a gRPC message of 4 MiB. */
const MAX_ARCHITECTURES = 5_000;
/** Evaluations in one message of a stream: some 200 KiB. */
const STREAM_BATCH = 500;

/** Answers from the benchmark tables of a store. All methods throw ServiceError. */
export class Tables {
  constructor(private readonly store: BenchmarkStore) {}

  list(): Benchmark[] {
    return this.store.list().map((name) => this.describe(name));
  }

  describe(benchmark: string): Benchmark {
    return benchmarkMessage(this.open(benchmark).describe());
  }

  evaluation({ benchmark, architecture, settings }: GetEvaluationRequest): Evaluation {
    const selection = compileSelection(settings);
    const table = this.open(benchmark);
    return this.answer('architecture', () =>
      evaluationMessage(table.evaluate({ ...selection, architecture }), settings?.dataset),
    );
  }

  evaluations({ benchmark, architectures, settings }: BatchGetEvaluationsRequest): Evaluation[] {
    if (architectures.length > MAX_ARCHITECTURES) {
      const rule = `${architectures.length} architectures are given; at most ${MAX_ARCHITECTURES} are allowed`;
      throw ServiceError.invalid('architectures', rule);
    }
    const selection = compileSelection(settings);
    const table = this.open(benchmark);
    return architectures.map((architecture, i) =>
      this.answer(`architectures[${i}]`, () =>
        evaluationMessage(table.evaluate({ ...selection, architecture }), settings?.dataset),
      ),
    );
  }

  /** Every evaluation of a table in its order, read as they are taken, a batch at a time; ends early when aborted. */
  async *stream(
    { benchmark, settings }: StreamEvaluationsRequest,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Evaluation[]> {
    const selection = compileSelection(settings);
    const table = this.open(benchmark);
    for (let offset = 0; offset < table.architectureCount; offset += STREAM_BATCH) {
      const batch = this.answer('architecture', () => [
        ...table.evaluations(selection, { offset, limit: STREAM_BATCH }),
      ]);
      if (batch.length > 0) yield batch.map((evaluation) => evaluationMessage(evaluation, settings?.dataset));
      // Lets other calls have a turn, and an abort be heard.
      await nextTurn();
      if (signal?.aborted) return;
    }
  }

  private open(benchmark: string): BenchmarkTable {
    if (benchmark === '') throw ServiceError.invalid('benchmark', 'a value is required');
    return this.answer('benchmark', () => this.store.open(benchmark));
  }

  private answer<T>(field: string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw toTableError(error, field);
    }
  }
}
