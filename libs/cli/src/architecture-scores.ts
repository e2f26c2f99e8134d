import type { ScoreArchitecturesRequest, ScoreArchitecturesResponse, ScorerApi } from '@gradsign/contracts';

/** What a scorer says of one subject. */
export type Scores = Pick<ScoreArchitecturesResponse, 'scores' | 'error'>;

/** The scores of architectures in their order: each as it comes, or, where a proxy ranks them, of all at the end. */
export async function* architectureScores(
  scorer: ScorerApi,
  request: ScoreArchitecturesRequest,
): AsyncGenerator<Scores> {
  const wanted = request.settings!.proxies;
  const { proxies } = await scorer.listProxies({});
  if (!proxies.some(({ id, population }) => population && wanted.some((proxy) => proxy.id === id))) {
    yield* scorer.scoreArchitectures(request);
    return;
  }
  const { scores } = await scorer.scorePopulation(request);
  for (let i = 0; i < scores.length; i += wanted.length) {
    yield { scores: scores.slice(i, i + wanted.length), error: undefined };
  }
}
