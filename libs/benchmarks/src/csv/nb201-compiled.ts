import { parseMapping, type CsvMapping } from './mapping';

const NAMES = { c10: 'cifar10', c100: 'cifar100', in16: 'imagenet16-120' } as const;
const DERIVED = '2·mean(valid and test) − test';
const ESTIMATE = 'the seconds of an epoch, which the benchmark states as one number for each architecture, × epochs';
const FULL_CIFAR10 = `${ESTIMATE}; twice those of the half training set, as the benchmark scales times by images`;
const FROM_V10 = `${ESTIMATE}; from release 1.0 (NATS-Bench), as the file has times for that only`;
const POSITIONS =
  'Seeds 0, 1, 2 are positions: the file does not say which training is which. Where there are three, the order is ' +
  '777, 888, 999 in the architectures that were compared with the original files.';

const publishedParams = {
  column: 'params_m',
  scale: 1e6,
  note: 'as the benchmark states it for 10 classes, which is wrong for 150 architectures',
};
const cifar10 = { dataset: NAMES.c10 };
const half = (epochs: number, note = ESTIMATE) => ({
  ...cifar10,
  trainingSet: 'half',
  epochs,
  measures: { trainSeconds: { column: 'c10valid_train_s_per_epoch', scale: epochs, note }, publishedParams },
});
const full = (epochs: number, note = FULL_CIFAR10) => ({
  ...cifar10,
  trainingSet: 'full',
  epochs,
  measures: { trainSeconds: { column: 'c10valid_train_s_per_epoch', scale: 2 * epochs, note }, publishedParams },
});
const other = (key: 'c100' | 'in16', epochs: number, note = ESTIMATE) => ({
  dataset: NAMES[key],
  trainingSet: 'full',
  epochs,
  measures: { trainSeconds: { column: `${key}_train_s_per_epoch`, scale: epochs, note } },
});

interface Entry {
  readonly measures: object;
}

const mean = (entry: Entry, measures: object) => ({
  ...entry,
  seed: 'mean',
  measures: { ...entry.measures, ...measures },
});
const seeds = (entry: Entry, measures: object) => ({
  ...entry,
  seed: 'position',
  measures: { ...entry.measures, ...measures },
});
const joined = (column: string, note?: string) => ({ column, joined: ';', ...(note && { note }) });

function otherEntries(key: 'c100' | 'in16') {
  const valtest = `${key}_valtest_200_seeds`;
  return [
    mean(other(key, 200), {
      validAccuracy: { column: `${key}_val_200`, note: DERIVED },
      testAccuracy: `${key}_test_200`,
      validAndTestAccuracy: joined(valtest, 'mean of the values of the trainings'),
      runs: 'n_seeds',
    }),
    seeds(other(key, 200), { validAndTestAccuracy: joined(valtest) }),
    mean(other(key, 12), { validAccuracy: `${key}_val_12`, testAccuracy: `${key}_test_12` }),
  ];
}

/**
 * The compiled NAS-Bench-201 table (`nb201.csv.gz`: all 15,625 architectures in published order, one line each) holds
 * two benchmarks: release 1.0 (NATS-Bench topology space) and release 1.1 (columns `v11_…`). By their names.
 */
export const NB201_COMPILED: ReadonlyMap<string, CsvMapping> = new Map([
  [
    'nas-bench-201-v1.0',
    parseMapping({
      space: 'nas-bench-201',
      version: '1.0',
      description: `NAS-Bench-201, release 1.0 as in NATS-Bench (topology space): final values. ${POSITIONS}`,
      architecture: 'arch_str',
      evaluations: [
        mean(half(200), { validAccuracy: 'c10valid_val_200', runs: 'n_seeds' }),
        seeds(half(200), { validAccuracy: joined('c10valid_val_200_seeds') }),
        mean(half(12), { validAccuracy: 'c10valid_val_12' }),
        mean(full(200), { testAccuracy: 'c10_test_200' }),
        mean(full(12), { testAccuracy: 'c10_test_12' }),
        ...otherEntries('c100'),
        ...otherEntries('in16'),
      ],
    }),
  ],
  [
    'nas-bench-201-v1.1',
    parseMapping({
      space: 'nas-bench-201',
      version: '1.1',
      description: `NAS-Bench-201, release 1.1: final values after 200 epochs. ${POSITIONS}`,
      architecture: 'arch_str',
      evaluations: [
        mean(half(200, FROM_V10), { validAccuracy: 'v11_c10valid_val_200', testAccuracy: 'v11_c10valid_test_200' }),
        mean(full(200, `${FROM_V10}, and doubled as there`), { testAccuracy: 'v11_c10_test_200', runs: 'v11_n_seeds' }),
        seeds(full(200, `${FROM_V10}, and doubled as there`), { testAccuracy: joined('v11_c10_test_200_seeds') }),
        mean(other('c100', 200, FROM_V10), { testAccuracy: 'v11_c100_test_200' }),
      ],
    }),
  ],
]);
