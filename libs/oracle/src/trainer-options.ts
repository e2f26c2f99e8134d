import {
  Augmentation,
  augmentationNames,
  TrainerOptions,
  type TrainerOptions as TrainerOptionsMessage,
} from '@gradsign/contracts';
import type { Dataset } from '@gradsign/dataset';
import type { Violations } from '@gradsign/service-kit';
import type { TrainerSettings } from '@gradsign/training';

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
  const available = dataset.count('train');
  const validationSamples = given.validationSamples || Math.max(1, Math.floor(available / 5));
  const trainSamples = given.trainSamples || available - validationSamples;
  const testSamples = given.testSamples || dataset.count('test');
  const samples = { trainSamples, validationSamples, testSamples };
  const imageSize = compileImageSize(given, dataset, violations);

  const enough = `${dataset.name} has ${available} training images here; a training needs at least 2`;
  const fit =
    violations.check(available >= 2, 'spec.dataset', enough) &&
    violations.range(`${FIELD}.validation_samples`, validationSamples, { min: 1, max: available - 1 }) &&
    violations.range(`${FIELD}.train_samples`, trainSamples, { min: 1, max: available - validationSamples }) &&
    violations.range(`${FIELD}.test_samples`, testSamples, { min: 0, max: dataset.count('test') });
  if (fit && batchSize >= 1) {
    const rule = `${batchSize} is more than the ${trainSamples} training images; it must be at most as many`;
    violations.check(batchSize <= trainSamples, `${FIELD}.batch_size`, rule);
  }
  if (fit && imageSize !== undefined) {
    const bytes = (trainSamples + validationSamples + testSamples) * dataset.imageShape[0] * imageSize ** 2 * 4;
    violations.check(
      bytes <= TRAINER_LIMITS.imageBytes,
      `${FIELD}.train_samples`,
      `${trainSamples} training, ${validationSamples} validation and ${testSamples} test images need ` +
        `${Math.ceil(bytes / MIB)} MiB; at most ${TRAINER_LIMITS.imageBytes / MIB} MiB are allowed`,
    );
  }
  return { ...samples, imageSize: imageSize! };
}

/** Undefined where it breaks a rule. */
function compileImageSize(given: TrainerOptionsMessage, dataset: Dataset, violations: Violations): number | undefined {
  const [, height, width] = dataset.imageShape;
  const imageSize = given.imageSize || height;
  const divides = height === width && imageSize >= 1 && height % imageSize === 0;
  const rule = `${imageSize} is given; it must divide ${dataset.name}'s ${height}×${width} pixels, which must be square`;
  return violations.check(divides, `${FIELD}.image_size`, rule) ? imageSize : undefined;
}
