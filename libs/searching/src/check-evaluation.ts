import {
  Augmentation,
  formatDataset,
  Split,
  splitNames,
  TrainingSet,
  type BenchmarkEvaluation,
  type ExternalEvaluation,
  type SearchSpec,
  type TrainerOptions,
  type TrainingEvaluation,
} from '@gradsign/contracts';
import { compileNetwork } from '@gradsign/requests';
import type { Findings } from './findings';

/** Checks `spec.evaluation`, complete with defaults, as far as no service is needed. */
export function checkEvaluation({ evaluation }: SearchSpec, findings: Findings): void {
  switch (evaluation?.$case) {
    case 'benchmark':
      return checkBenchmark(evaluation.value, findings);
    case 'training':
      return checkTraining(evaluation.value, findings);
    case 'external':
      return checkExternal(evaluation.value, findings);
    default:
      findings.add('spec.evaluation', 'an evaluation is required: benchmark, training or external');
  }
}

function checkBenchmark({ benchmark, reward }: BenchmarkEvaluation, findings: Findings): void {
  const field = 'spec.benchmark.reward';
  findings.required('spec.benchmark.benchmark', benchmark);
  if (!findings.required(field, reward)) return;
  findings.attempt(() => formatDataset(reward.dataset, `${field}.dataset`));
  findings.known(`${field}.training_set`, reward.trainingSet, TrainingSet);
  findings.attempt(() => splitNames.format(reward.split, `${field}.split`));
  findings.check(
    reward.split !== Split.SPLIT_TRAIN,
    `${field}.split`,
    'a reward is an accuracy on images that the network was not trained on',
  );
  const { epochs, seed } = reward;
  if (findings.required(`${field}.epochs`, epochs?.value)) {
    if (epochs!.value!.$case === 'count') findings.range(`${field}.epochs`, epochs!.value!.value as number, EPOCHS);
    else findings.check(epochs!.value!.value === true, `${field}.epochs.final`, 'it must be true');
  }
  if (findings.required(`${field}.seed`, seed?.value) && seed!.value!.$case === 'meanOverSeeds') {
    findings.check(seed!.value!.value, `${field}.seed.mean_over_seeds`, 'it must be true');
  }
  findings.range(`${field}.epoch`, reward.epoch, { min: 0, max: EPOCHS.max });
}

const EPOCHS = { min: 1, max: 100_000 };
const COUNT = { min: 0, max: 1_000_000_000 };

function checkTraining({ dataset, network, trainer }: TrainingEvaluation, findings: Findings): void {
  findings.attempt(() => formatDataset(dataset, 'spec.training.dataset'));
  findings.attempt(() => compileNetwork(network, 'spec.training.network'));
  checkTrainer(trainer!, findings);
}

/** The oracle's own bounds, told before the first training; what depends on the data set is for the oracle to say. */
function checkTrainer(trainer: TrainerOptions, findings: Findings): void {
  const field = 'spec.training.trainer';
  findings.range(`${field}.epochs`, trainer.epochs, { min: 1, max: 1000 });
  findings.range(`${field}.batch_size`, trainer.batchSize, { min: 1, max: 4096 });
  const { learningRate: rate, momentum } = trainer;
  const positive = `${rate} is given; it must be greater than 0 and at most 100`;
  findings.check(rate! > 0 && rate! <= 100, `${field}.learning_rate`, positive);
  const below = `${momentum} is given; it must be at least 0 and less than 1`;
  findings.check(momentum! >= 0 && momentum! < 1, `${field}.momentum`, below);
  findings.range(`${field}.weight_decay`, trainer.weightDecay!, { min: 0, max: 1 });
  findings.known(`${field}.augmentation`, trainer.augmentation, Augmentation);
  findings.range(`${field}.train_samples`, trainer.trainSamples, COUNT);
  findings.range(`${field}.validation_samples`, trainer.validationSamples, COUNT);
  findings.range(`${field}.test_samples`, trainer.testSamples, COUNT);
  findings.range(`${field}.image_size`, trainer.imageSize, { min: 0, max: 1024 });
}

function checkExternal({ trialTimeout }: ExternalEvaluation, findings: Findings): void {
  if (!trialTimeout) return;
  const seconds = Number(trialTimeout.seconds) + trialTimeout.nanos / 1e9;
  const rule = `${seconds} s is outside the range 0.001 s to 2,000,000 s`;
  findings.check(seconds >= 0.001 && seconds <= 2_000_000, 'spec.external.trial_timeout', rule);
}
