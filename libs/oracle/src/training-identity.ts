import { createHash } from 'node:crypto';
import { TrainingSpec } from '@gradsign/contracts';

/**
 * Version of everything that determines a training's result besides its specification: the random generator, the
 * weights' path scheme, the trainer. Whoever changes them raises it.
 */
export const TRAINING_DEFINITION_VERSION = 1;

/** Lower-case hex SHA-256 of a complete specification: equal trainings have equal identities. */
export function trainingIdentity(spec: TrainingSpec): string {
  // Every field takes part: those that are to come, too.
  const fields = TrainingSpec.encode(spec).finish();
  return createHash('sha256').update(`${TRAINING_DEFINITION_VERSION}\n`).update(fields).digest('hex');
}
