import type { Split } from './query';

/** `percent`: 0 to 100; `positive`: finite, at least 0; `count`: a whole number, at least 0. */
export type MeasureRule = 'percent' | 'positive' | 'count';

export interface MeasureInfo {
  /** Its column in the Arrow file. */
  readonly column: string;
  readonly rule: MeasureRule;
}

const info = (column: string, rule: MeasureRule): MeasureInfo => ({ column, rule });

/** The values of a row, by the names that mappings use. Accuracies in percent, times in seconds. */
export const MEASURES = {
  trainAccuracy: info('train_accuracy', 'percent'),
  validAccuracy: info('valid_accuracy', 'percent'),
  testAccuracy: info('test_accuracy', 'percent'),
  validAndTestAccuracy: info('valid_and_test_accuracy', 'percent'),
  trainLoss: info('train_loss', 'positive'),
  validLoss: info('valid_loss', 'positive'),
  testLoss: info('test_loss', 'positive'),
  validAndTestLoss: info('valid_and_test_loss', 'positive'),
  trainSeconds: info('train_seconds', 'positive'),
  validEvalSeconds: info('valid_eval_seconds', 'positive'),
  testEvalSeconds: info('test_eval_seconds', 'positive'),
  validAndTestEvalSeconds: info('valid_and_test_eval_seconds', 'positive'),
  params: info('params', 'count'),
  flops: info('flops', 'positive'),
  publishedParams: info('published_params', 'count'),
  runs: info('runs', 'count'),
} as const satisfies Record<string, MeasureInfo>;

export type Measure = keyof typeof MEASURES;

export const MEASURE_NAMES = Object.keys(MEASURES) as Measure[];

/** The measures that belong to one split. */
export interface SplitMeasures {
  readonly accuracy: Measure;
  readonly loss: Measure;
  readonly evalSeconds?: Measure;
}

export const SPLITS: Readonly<Record<Split, SplitMeasures>> = {
  train: { accuracy: 'trainAccuracy', loss: 'trainLoss' },
  valid: { accuracy: 'validAccuracy', loss: 'validLoss', evalSeconds: 'validEvalSeconds' },
  test: { accuracy: 'testAccuracy', loss: 'testLoss', evalSeconds: 'testEvalSeconds' },
  valid_and_test: {
    accuracy: 'validAndTestAccuracy',
    loss: 'validAndTestLoss',
    evalSeconds: 'validAndTestEvalSeconds',
  },
};

export const SPLIT_NAMES = Object.keys(SPLITS) as Split[];

/** The sentence that a value breaks, or undefined. */
export function brokenRule(rule: MeasureRule, value: number): string | undefined {
  switch (rule) {
    case 'percent':
      return value >= 0 && value <= 100 ? undefined : 'an accuracy must be between 0 and 100';
    case 'positive':
      return value >= 0 && Number.isFinite(value) ? undefined : 'it must be a finite number of at least 0';
    case 'count':
      return value >= 0 && Number.isSafeInteger(value) ? undefined : 'it must be a whole number of at least 0';
  }
}
