import { decodeModelMetrics, type EvaluationData } from './model-metrics';
import { drawCell } from './drawn-cell';
import type { TfRecord } from './splitter';
import { EPOCHS, type CellRecord } from './trainings';

/** A training of a cell of NAS-Bench-101. */
export interface Nb101Record extends CellRecord {
  readonly halfway: EvaluationData;
  readonly final: EvaluationData;
}

const HASH = /^[0-9a-f]{32}$/;
/** Bits of a training's seconds that go into its fingerprint, beside those of the checksum. */
const SECONDS_RANGE = 2 ** 20;
/** Published seconds are float32 numbers between 64 and 16,384, whose last bits this brings before the point. */
const SECONDS_SCALE = 2 ** 13;

/** Reads records `[hash, epochs, adjacency bits, operations, base64 of ModelMetrics]`, in JSON. */
export class Nb101RecordReader {
  private lastDrawing = { bits: '', ops: '', cell: { text: '', key: 0 } };

  /** @throws what `fail` throws, given the rule that the record breaks */
  read({ data, number, crc }: TfRecord, fail: (rule: string) => never): Nb101Record {
    const { hash, epochs, bits, ops, metrics } = fields(data, fail);
    const { evaluations, params } = decoded(metrics, fail);
    if (evaluations.length < 3) {
      fail(`it has ${evaluations.length} evaluations: it must have three, at the start, halfway and at the end`);
    }
    const [, halfway, final] = evaluations;
    if (halfway.epoch !== epochs / 2 || final.epoch !== epochs) {
      const found = `${halfway.epoch} and ${final.epoch}`;
      fail(`its evaluations are of epochs ${found}, but those of a training of ${epochs} must be of its half and end`);
    }
    const fingerprint = 1 + crc * SECONDS_RANGE + (Math.floor(final.trainSeconds * SECONDS_SCALE) % SECONDS_RANGE);
    return { hash, epochs, ...this.cell(bits, ops, fail), params, fingerprint, number, halfway, final };
  }

  /** Records of a cell mostly come one after another. */
  private cell(bits: string, ops: string, fail: (rule: string) => never) {
    const last = this.lastDrawing;
    if (bits === last.bits && ops === last.ops) return last.cell;
    const cell = drawCell(bits, ops);
    if ('rule' in cell) return fail(cell.rule);
    this.lastDrawing = { bits, ops, cell };
    return cell;
  }
}

function fields(data: Buffer, fail: (rule: string) => never) {
  let record: unknown;
  try {
    record = JSON.parse(data.toString('utf8'));
  } catch (error) {
    fail(`it is not JSON: ${(error as Error).message}`);
  }
  if (!Array.isArray(record) || record.length !== 5) {
    return fail('it must be a list of five: hash, epochs, adjacency bits, operations, metrics');
  }
  const [hash, epochs, bits, ops, metrics] = record as unknown[];
  if (typeof hash !== 'string' || !HASH.test(hash)) return fail('the module hash must be 32 hexadecimal digits');
  const known = EPOCHS.find((value) => value === epochs);
  if (known === undefined) return fail(`the number of epochs must be one of ${EPOCHS.join(', ')}`);
  if (typeof bits !== 'string' || typeof ops !== 'string' || typeof metrics !== 'string') {
    return fail('adjacency bits, operations and metrics must be texts');
  }
  return { hash, epochs: known, bits, ops, metrics };
}

function decoded(metrics: string, fail: (rule: string) => never) {
  try {
    return decodeModelMetrics(Buffer.from(metrics, 'base64'));
  } catch (error) {
    return fail(`its metrics are not a message ModelMetrics: ${(error as Error).message}`);
  }
}
