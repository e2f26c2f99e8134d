import { nasBench201 } from '@gradsign/search-spaces';
import { brokenRule } from '../../measures';
import { openFileSource } from '../file-source';
import type { SourceFile } from '../source-file';
import type { Importer, ImportSource, TrainingRecord } from '../source';
import { unitsOf, type Piece } from '../units';
import { asObject } from './elements';
import { ZERO_COST_DATASETS, zeroCostEntries, type Trained, type ZeroCostEntry } from './zc-file';

const ENTRIES_PER_UNIT = 256;
/** The trainings are those of NAS-Bench-201 over 200 epochs. */
const EPOCHS = 200;

const DESCRIPTION =
  'NAS-Bench-201 as in NAS-Bench-Suite-Zero (Krishnakumar et al. 2022): the accuracy of one training over 200 epochs of ' +
  'each architecture, which the file calls val_accuracy, but is the test accuracy; of CIFAR-10, after training on half ' +
  'of the images. The file does not say which training it is: it is called seed 0.';

const NOTES: ImportSource['notes'] = {
  testAccuracy: 'val_accuracy of the file, which is the test accuracy of NAS-Bench-201',
  publishedParams: 'params of the file, in millions',
};

/** The file of proxies' scores that NAS-Bench-Suite-Zero publishes, for its accuracies. */
export const zcJson: Importer = {
  name: 'zc-json',
  version: '1',
  reads: 'zc_nasbench201.json of NAS-Bench-Suite-Zero',
  open: (path) =>
    openFileSource(path, (file) => ({
      space: nasBench201.name,
      description: DESCRIPTION,
      notes: NOTES,
      read: (from, signal) => unitsOf(pieces(file, signal), ENTRIES_PER_UNIT, from),
      empty: 'it must have an entry for each architecture, but has none',
    })),
};

async function* pieces(file: SourceFile, signal?: AbortSignal): AsyncGenerator<Piece> {
  /** The entry that each architecture of a data set is in. */
  const known = new Map<string, number>();
  const unknown = new Set<string>();
  for await (const entry of zeroCostEntries(file, signal)) {
    const { number, dataset, architecture, end } = entry;
    const trained = ZERO_COST_DATASETS.get(dataset);
    const key = `${dataset} ${architecture}`;
    const earlier = known.get(key);
    if (!trained) {
      const rule = `it must be one of ${[...ZERO_COST_DATASETS.keys()].join(', ')}`;
      const finding = { kind: 'unknownDatasets', line: number, column: 'data set', value: dataset, rule } as const;
      yield { end, records: [], findings: unknown.has(dataset) ? [] : [finding] };
      unknown.add(dataset);
    } else if (earlier !== undefined) {
      const place = { line: number, column: dataset, value: architecture };
      const rule = `entry ${earlier} has this architecture already`;
      yield { end, records: [], findings: [{ kind: 'duplicateRows', ...place, rule }] };
    } else {
      known.set(key, number);
      yield { end, ...training(entry, trained) };
    }
  }
}

function training(entry: ZeroCostEntry, trained: Trained): Pick<Piece, 'records' | 'findings'> {
  const { number, architecture, members } = entry;
  const place = { line: number, column: 'val_accuracy' };
  const accuracy = members.val_accuracy;
  if (typeof accuracy !== 'number') {
    return { records: [], findings: [{ kind: 'missingCells', ...place, value: '', rule: 'the value is missing' }] };
  }
  const broken = brokenRule('percent', accuracy);
  if (broken !== undefined) {
    return {
      records: [],
      findings: [{ kind: 'accuraciesOutOfRange', ...place, value: String(accuracy), rule: broken }],
    };
  }
  const params = Math.round(1e6 * Number(asObject(members.params)?.score));
  const final = {
    testAccuracy: accuracy,
    ...(brokenRule('count', params) === undefined && { publishedParams: params }),
  };
  const record: TrainingRecord = { architecture, ...trained, epochs: EPOCHS, seed: 0, sourceRecord: number, final };
  return { records: [record], findings: [] };
}
