import { combineScores } from '@gradsign/algorithms';
import {
  Engine,
  fromStatus,
  ServiceError,
  type Score,
  type ScoreSettings,
  type ScorerApi,
  type SearchSpec,
} from '@gradsign/contracts';

/** The scores of a pool. */
export interface PoolScores {
  /** One a member, higher is better. */
  readonly scores: readonly number[];
  /** One a member: the proxy's own value, or the sum of ranks of several. */
  readonly values: readonly number[];
  /** Architectures that the scorer answered for. */
  readonly scored: number;
}

/** Lets proxies judge pools of architectures, through the scorer. */
export class Guide {
  private readonly settings: ScoreSettings;

  /** @param spec complete, with guidance */
  constructor(
    private readonly scorer: ScorerApi,
    private readonly spec: SearchSpec,
  ) {
    const { proxies, data, network, scoreSeed } = spec.guidance!;
    const engine = { engine: Engine.ENGINE_UNSPECIFIED, device: '', recompute: false };
    this.settings = { proxies, data, network, seed: scoreSeed, ...engine };
  }

  /**
   * Scores each different member once.
   * @throws ServiceError the scorer's, also when it could not score one of the members.
   */
  async score(
    pool: readonly string[],
    signal: AbortSignal,
    progress: (done: number, total: number) => void,
  ): Promise<PoolScores> {
    const architectures = [...new Set(pool)];
    const answers = new Map<string, readonly Score[]>();
    const request = { space: this.spec.space, architectures, settings: this.settings };
    for await (const { index, scores, error } of this.scorer.scoreArchitectures(request, { signal })) {
      if (error) throw fromStatus(error);
      answers.set(architectures[index], scores);
      progress(answers.size, architectures.length);
    }
    const { proxies } = this.settings;
    const complete = architectures.every((text) => answers.get(text)?.length === proxies.length);
    if (!complete) throw new ServiceError('INTERNAL', 'the scorer did not answer for every architecture and proxy');
    const of = (proxy: number) => pool.map((text) => answers.get(text)![proxy]);
    const scores = combineScores(proxies.map((_, i) => of(i).map(higherIsBetter)));
    return { scores, values: proxies.length === 1 ? of(0).map(({ value }) => value) : scores, scored: answers.size };
  }
}

/** The value with its sign turned where lower is better; negative infinity is no measurement and always loses. */
function higherIsBetter({ value, higherIsBetter }: Score): number {
  return higherIsBetter || value === -Infinity ? value : -value;
}
