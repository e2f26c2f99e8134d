import { createHash } from 'node:crypto';
import { TrainingSpec } from '@gradsign/contracts';

/**
 * Version of everything that determines a training's result besides its specification: the random generator, the
 * weights' path scheme, the trainer. Whoever changes them raises it.
 */
export const TRAINING_DEFINITION_VERSION = 1;

/**
 * Lower-case hex SHA-256 of a complete specification, and of the images where its name for them does not say which they
 * are: equal trainings have equal identities.
 */
export function trainingIdentity(spec: TrainingSpec, datasetDigest?: string): string {
  // Every field takes part: those that are to come, too.
  const fields = TrainingSpec.encode(spec).finish();
  const hash = createHash('sha256').update(`${TRAINING_DEFINITION_VERSION}\n`).update(fields);
  if (datasetDigest !== undefined) hash.update(`\n${datasetDigest}`);
  return hash.digest('hex');
}
