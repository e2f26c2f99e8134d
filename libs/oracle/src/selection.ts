import type { EvaluationSelection, Seed, Split, TrainingSet } from '@gradsign/benchmarks';
import {
  formatDataset,
  splitNames,
  trainingSetNames,
  TrainingSet as TrainingSetEnum,
  type Epochs,
  type EvaluationSettings,
  type SeedChoice,
} from '@gradsign/contracts';
import { Violations } from '@gradsign/service-kit';

/** The one data set that benchmarks have both training sets for, so that neither goes without saying. */
const TWO_TRAINING_SETS = 'cifar10';
const MAX_EPOCHS = 65_535;
const MAX_SEED = 2 ** 31 - 1;

/**
 * Checks every field of a question to a table.
 * @throws ServiceError INVALID_ARGUMENT with every violation at once.
 */
export function compileSelection(settings: EvaluationSettings | undefined): EvaluationSelection {
  const violations = new Violations();
  if (!violations.required('settings', settings)) violations.throwIfAny();
  const { dataset, trainingSet, epochs, split, seed, epoch } = settings!;
  const name = violations.attempt(() => formatDataset(dataset, 'settings.dataset'));
  const compiled = {
    dataset: name!,
    trainingSet: violations.attempt(() => compileTrainingSet(trainingSet, name, violations))!,
    epochs: compileEpochs(epochs, violations)!,
    split: violations.attempt(() => splitNames.format(split, 'settings.split') as Split)!,
    seed: compileSeed(seed, violations)!,
  };
  const last = compiled.epochs === 'final' ? MAX_EPOCHS : compiled.epochs;
  violations.range('settings.epoch', epoch, { min: 0, max: last ?? MAX_EPOCHS });
  violations.throwIfAny();
  return epoch === 0 ? compiled : { ...compiled, epoch };
}

function compileTrainingSet(
  value: TrainingSetEnum,
  dataset: string | undefined,
  violations: Violations,
): TrainingSet | undefined {
  if (value !== TrainingSetEnum.TRAINING_SET_UNSPECIFIED) {
    return trainingSetNames.format(value, 'settings.training_set') as TrainingSet;
  }
  const rule = `a value is required for ${TWO_TRAINING_SETS}, which has both ${trainingSetNames.names.join(' and ')}`;
  violations.check(dataset !== TWO_TRAINING_SETS, 'settings.training_set', rule);
  return 'full';
}

function compileEpochs(epochs: Epochs | undefined, violations: Violations): number | 'final' | undefined {
  const value = epochs?.value;
  switch (value?.$case) {
    case 'count':
      violations.range('settings.epochs.count', value.value, { min: 1, max: MAX_EPOCHS });
      return value.value;
    case 'final':
      violations.check(value.value, 'settings.epochs.final', 'false is given; it must be true, or count be given');
      return 'final';
    default:
      violations.add('settings.epochs', 'a value is required: count or final');
      return undefined;
  }
}

function compileSeed(seed: SeedChoice | undefined, violations: Violations): Seed | undefined {
  const value = seed?.value;
  switch (value?.$case) {
    case 'seed':
      violations.range('settings.seed.seed', value.value, { min: 0, max: MAX_SEED });
      return Number(value.value);
    case 'meanOverSeeds':
      violations.check(
        value.value,
        'settings.seed.mean_over_seeds',
        'false is given; it must be true, or seed be given',
      );
      return 'mean';
    default:
      violations.add('settings.seed', 'a value is required: seed or mean_over_seeds');
      return undefined;
  }
}
