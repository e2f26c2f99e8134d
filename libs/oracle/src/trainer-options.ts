import {
  Augmentation,
  augmentationNames,
  TrainerOptions,
  type TrainerOptions as TrainerOptionsMessage,
} from '@gradsign/contracts';
import type { Dataset } from '@gradsign/dataset';
import type { Violations } from '@gradsign/service-kit';
import { scaledShape, validationSource, type ImageShape, type TrainerSettings } from '@gradsign/training';

/** Bounds of a request, so that no request can ask for unbounded work or memory. */
export const TRAINER_LIMITS = { epochs: 1000, batchSize: 4096, learningRate: 100, imageBytes: 2 ** 30 } as const;

const FIELD = 'spec.trainer';
const MIB = 2 ** 20;

/** The settings that do not depend on the data; what breaks a rule is added to the violations. */
export function compileOptimizer(options: TrainerOptionsMessage | undefined, violations: Violations) {
  const given = options ?? TrainerOptions.create();
  const { epochs, batchSize, learningRate = 0.1, momentum = 0.9, weightDecay = 5e-4, nesterov = true } = given;
  const settings = { epochs: epochs || 3, batchSize: batchSize || 64, learningRate, momentum, weightDecay, nesterov };
  violations.range(`${FIELD}.epochs`, settings.epochs, { min: 1, max: TRAINER_LIMITS.epochs });
  violations.range(`${FIELD}.batch_size`, settings.batchSize, { min: 1, max: TRAINER_LIMITS.batchSize });
  violations.check(
    learningRate > 0 && learningRate <= TRAINER_LIMITS.learningRate,
    `${FIELD}.learning_rate`,
    `${learningRate} is given; it must be greater than 0 and at most ${TRAINER_LIMITS.learningRate}`,
  );
  violations.check(
    momentum >= 0 && momentum < 1,
    `${FIELD}.momentum`,
    `${momentum} is given; it must be at least 0 and less than 1`,
  );
  violations.range(`${FIELD}.weight_decay`, weightDecay, { min: 0, max: 1 });
  const augmentation = violations.attempt(() =>
    augmentationNames.format(given.augmentation || Augmentation.AUGMENTATION_NONE, `${FIELD}.augmentation`),
  ) as TrainerSettings['augmentation'];
  return { ...settings, augmentation };
}

/** The settings that are bounded by the data; what breaks a rule is added to the violations. */
export function compileSamples(
  options: TrainerOptionsMessage | undefined,
  dataset: Dataset,
  batchSize: number,
  violations: Violations,
) {
  const given = options ?? TrainerOptions.create();
  const heldOut = validationSource(dataset) === 'train';
  const available = dataset.count('train');
  const mostValidation = heldOut ? available - 1 : dataset.count('validation');
  const validationSamples =
    given.validationSamples || (heldOut ? Math.max(1, Math.floor(available / 5)) : mostValidation);
  const mostTraining = heldOut ? available - validationSamples : available;
  const trainSamples = given.trainSamples || mostTraining;
  const testSamples = given.testSamples || dataset.count('test');
  const samples = { trainSamples, validationSamples, testSamples };
  const imageShape = compileImageShape(given, dataset, violations);

  const least = heldOut ? 2 : 1;
  const enough = `${dataset.name} has ${available} training images here; a training needs at least ${least}`;
  const fit =
    violations.check(available >= least, 'spec.dataset', enough) &&
    violations.range(`${FIELD}.validation_samples`, validationSamples, { min: 1, max: mostValidation }) &&
    violations.range(`${FIELD}.train_samples`, trainSamples, { min: 1, max: mostTraining }) &&
    violations.range(`${FIELD}.test_samples`, testSamples, { min: 0, max: dataset.count('test') });
  if (fit && batchSize >= 1) {
    const rule = `${batchSize} is more than the ${trainSamples} training images; it must be at most as many`;
    violations.check(batchSize <= trainSamples, `${FIELD}.batch_size`, rule);
  }
  if (fit && imageShape !== undefined) {
    const bytes = (trainSamples + validationSamples + testSamples) * imageShape.reduce((a, b) => a * b) * 4;
    violations.check(
      bytes <= TRAINER_LIMITS.imageBytes,
      `${FIELD}.train_samples`,
      `${trainSamples} training, ${validationSamples} validation and ${testSamples} test images need ` +
        `${Math.ceil(bytes / MIB)} MiB; at most ${TRAINER_LIMITS.imageBytes / MIB} MiB are allowed`,
    );
  }
  return { ...samples, imageSize: imageShape?.[1] ?? 0 };
}

/** Undefined where the image size breaks its rule. */
function compileImageShape(
  given: TrainerOptionsMessage,
  { name, imageShape }: Dataset,
  violations: Violations,
): ImageShape | undefined {
  const [, height, width] = imageShape;
  const imageSize = given.imageSize || height;
  const shape = scaledShape(imageShape, imageSize);
  const rule = `${imageSize} is given; it must be the height of ${name}'s ${height}×${width} pixels after division by a whole number`;
  violations.check(shape !== undefined, `${FIELD}.image_size`, rule);
  return shape;
}
