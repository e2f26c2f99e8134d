import { ImportError } from '../../errors';
import { openFileSource } from '../file-source';
import type { SourceFile } from '../source-file';
import type { Importer, ImportSource, SourceFinding } from '../source';
import { unitsOf, type Piece } from '../units';
import { jsonElements } from './elements';
import { ndsFile, type NdsFile } from './nds-file';
import { readNdsRecord } from './nds-record';
import type { Depths } from './splitter';

/** A list of records, or `top` and `mid` with a list each. */
const DEPTHS: Depths = { '[': 1, '{': 2 };
const RECORDS_PER_UNIT = 64;

const NOTES: ImportSource['notes'] = {
  testAccuracy: '100 − test_ep_top1',
  trainAccuracy: '100 − train_ep_top1, measured while the epoch was trained',
  trainLoss: 'train_ep_loss, measured while the epoch was trained',
  publishedParams: 'params of the file',
  flops: 'flops of the file',
};

/** The files of cell spaces that "On Network Design Spaces for Visual Recognition" publishes. */
export const ndsJson: Importer = {
  name: 'nds-json',
  version: '1',
  reads: 'DARTS.json, ENAS.json, PNAS.json, NASNet.json or Amoeba.json of NDS, also with _fix-w-d and _in',
  open: (path) =>
    openFileSource(path, (file) => {
      const nds = ndsFile(file.name);
      return {
        space: nds.space.name,
        description: `NDS (Radosavovic et al. 2019): ${nds.title}; trained on all training images, tested on the test images.`,
        notes: NOTES,
        read: (from, signal) => unitsOf(pieces(file, nds, signal), RECORDS_PER_UNIT, from),
        empty: 'it must have a record for each network, but has none',
      };
    }),
};

async function* pieces(file: SourceFile, nds: NdsFile, signal?: AbortSignal): AsyncGenerator<Piece> {
  /** The record that each training, by architecture and seed, is in. */
  const trainings = new Map<string, number>();
  for await (const { number, offset, end, value } of jsonElements(file, DEPTHS, signal)) {
    const findings: SourceFinding[] = [];
    const record = readNdsRecord(value, {
      ...nds,
      number,
      fail: (rule) => {
        throw new ImportError({ file: file.name, offset }, `record ${number}: ${rule}`);
      },
      found: (finding) => findings.push(finding),
    });
    const key = record && `${record.seed} ${record.architecture}`;
    const earlier = key === undefined ? undefined : trainings.get(key);
    if (record && earlier !== undefined) {
      const place = { line: number, column: 'net', value: record.architecture };
      const rule = `record ${earlier} has this network with rng_seed ${record.seed} already`;
      findings.push({ kind: 'duplicateRows', ...place, rule });
    } else if (key !== undefined) {
      trainings.set(key, number);
    }
    yield { end, records: record && earlier === undefined ? [record] : [], findings };
  }
}
