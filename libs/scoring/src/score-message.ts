import { engineNames, ScoreSource, type Score, type SearchSpace } from '@gradsign/contracts';
import { SCORE_DEFINITION_VERSION } from './identity';
import type { ScoredProxy } from './scorer';
import type { CompiledSettings } from './settings';

const sources = {
  computed: ScoreSource.SCORE_SOURCE_COMPUTED,
  cache: ScoreSource.SCORE_SOURCE_CACHE,
  table: ScoreSource.SCORE_SOURCE_TABLE,
} as const;

/** A score as the contract has it. */
export function scoreMessage(
  space: SearchSpace,
  architecture: string,
  settings: CompiledSettings,
  { compiled, score, batchSize, batchDigest, source }: ScoredProxy,
): Score {
  return {
    space,
    architecture,
    proxy: compiled.proxy.id,
    value: score.value,
    higherIsBetter: compiled.proxy.higherIsBetter,
    seed: settings.seed,
    batchSize,
    batchDigest,
    dataset: settings.dataset,
    weights: BigInt(score.weights),
    nanCount: BigInt(score.nanCount),
    seconds: score.seconds,
    engine: engineNames.parse(settings.engine, 'settings.engine'),
    device: settings.device,
    source: sources[source],
    initializations: compiled.initializations,
    scoreDefinitionVersion: SCORE_DEFINITION_VERSION,
    normalization: score.normalization ?? compiled.proxy.normalization,
  };
}
