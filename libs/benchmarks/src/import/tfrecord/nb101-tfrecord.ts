import { nasBench101 } from '@gradsign/search-spaces';
import { openFileSource } from '../file-source';
import { chunksOf, type SourceFile } from '../source-file';
import type { Anchor, Importer, ImportSource, ImportUnit } from '../source';
import { NB101_KEY, Nb101Converter } from './nb101-converter';
import { TfRecordSplitter } from './splitter';

/** More would outlive the collection of young garbage, which makes the import a fifth slower. */
const RECORDS_PER_UNIT = 256;

const DESCRIPTION =
  'NAS-Bench-101 (Ying et al. 2019): each cell trained three times for each number of epochs on 40,000 of the 50,000 ' +
  'training images of CIFAR-10 (here called the full training set), with accuracies halfway and at the end; validation ' +
  'on the other 10,000. The file does not have the seeds: 0, 1 and 2 are the order of appearance.';

const NOTES: ImportSource['notes'] = {
  trainAccuracy: 'on a fixed 10,000 of the training images',
  trainSeconds: 'seconds of training on a TPU up to this epoch, without evaluation',
  publishedParams: 'trainable_parameters of the file',
};

/** After 108 epochs, means over the three trainings; stated as the lowest errors. */
const OPTIMA = [
  { measure: 'testAccuracy', what: 'best mean test accuracy', error: 0.056824247042338016 },
  { measure: 'validAccuracy', what: 'best mean validation accuracy', error: 0.04944576819737756 },
] as const;

const ANCHORS = OPTIMA.map(({ measure, what, error }): Anchor => ({
  what,
  ...NB101_KEY,
  epochs: 108,
  measure,
  best: 100 * (1 - error),
  tolerance: 1e-6,
  source: 'automl/nas_benchmarks, tabular_benchmarks/nas_cifar10.py',
}));

/** The files that NAS-Bench-101 publishes. */
export const nb101TfRecord: Importer = {
  name: 'nb101-tfrecord',
  version: '1',
  reads: 'nasbench_only108.tfrecord or nasbench_full.tfrecord of NAS-Bench-101',
  open: (path) =>
    openFileSource(path, (file) => ({
      space: nasBench101.name,
      description: DESCRIPTION,
      notes: NOTES,
      anchors: ANCHORS,
      read: (from, signal) => read(file, from, signal),
      empty: 'it is empty: it must have a record for each training',
    })),
};

/** Which training a record is depends on all records before it: those of skipped units are read, too. */
async function* read(file: SourceFile, from: number, signal?: AbortSignal): AsyncGenerator<ImportUnit> {
  const splitter = new TfRecordSplitter(file.name);
  const converter = new Nb101Converter(file.name);
  let unit = 0;
  let pending = false;
  for await (const chunk of chunksOf(file, signal)) {
    for (const record of splitter.push(chunk)) {
      converter.add(record);
      pending = record.number % RECORDS_PER_UNIT !== 0;
      if (!pending) {
        const done = converter.take(record.end);
        if (unit++ >= from) yield done;
      }
    }
  }
  splitter.end();
  if (pending && unit >= from) yield converter.take(file.bytes);
}
