import type { SearchSpace } from '@gradsign/search-spaces';
import { brokenRule, MEASURES, type Measure } from '../../measures';
import type { SourceFinding, TrainingRecord } from '../source';
import { asObject } from './elements';

interface Curve {
  readonly field: string;
  readonly measure: 'testAccuracy' | 'trainAccuracy' | 'trainLoss';
  /** Whether the field holds errors in percent. */
  readonly isError: boolean;
}

/** The curves of a record, one value after each epoch. */
const CURVES: readonly Curve[] = [
  { field: 'test_ep_top1', measure: 'testAccuracy', isError: true },
  { field: 'train_ep_top1', measure: 'trainAccuracy', isError: true },
  { field: 'train_ep_loss', measure: 'trainLoss', isError: false },
];

const COUNTS = [
  { field: 'params', measure: 'publishedParams' },
  { field: 'flops', measure: 'flops' },
] as const;

const MAX_EPOCHS = 65_535;
const MAX_SEED = 2 ** 31 - 1;

export interface NdsRecordContext {
  readonly space: SearchSpace;
  readonly dataset: string;
  /** Place of the record in the file, from 1. */
  readonly number: number;
  /** Throws, given the rule that the record breaks. */
  readonly fail: (rule: string) => never;
  readonly found: (finding: SourceFinding) => void;
}

/** The training that a record of NDS tells, or undefined with a finding where its network is not of the space. */
export function readNdsRecord(value: unknown, context: NdsRecordContext): TrainingRecord | undefined {
  const { dataset, number, fail } = context;
  const record = asObject(value) ?? fail('it must be an object');
  const net = asObject(record.net) ?? fail('net must be an object');
  if (!asObject(net.genotype)) {
    fail('net.genotype must be an object: a network of stages of blocks is not of a space of cells');
  }
  const seed = record.rng_seed;
  if (!Number.isInteger(seed) || (seed as number) < 0 || (seed as number) > MAX_SEED) {
    fail(`rng_seed must be a whole number between 0 and ${MAX_SEED}`);
  }
  const epochs = epochsOf(record, fail);
  const curves: Partial<Record<Measure, Float32Array>> = {};
  const final: Partial<Record<Measure, number>> = {};
  for (const curve of CURVES) {
    const values = curveOf(record[curve.field], curve, epochs, context);
    if (!values) continue;
    curves[curve.measure] = Float32Array.from(values);
    if (!Number.isNaN(values[epochs - 1])) final[curve.measure] = values[epochs - 1];
  }
  for (const { field, measure } of COUNTS) {
    const count = record[field];
    if (count === undefined) continue;
    const broken = typeof count === 'number' ? brokenRule(MEASURES[measure].rule, count) : 'it must be a number';
    if (broken !== undefined) fail(`${field} is ${JSON.stringify(count)}: ${broken}`);
    final[measure] = count as number;
  }
  const architecture = notation(net, context);
  if (architecture === undefined) return undefined;
  const key = { dataset, trainingSet: 'full', epochs, seed: seed as number } as const;
  return { architecture, ...key, sourceRecord: number, final, curves };
}

/** A curve's values, NaN where there is none; undefined where the record does not have the curve. */
function curveOf(list: unknown, curve: Curve, epochs: number, context: NdsRecordContext): number[] | undefined {
  const { number: line, fail, found } = context;
  const { field, measure, isError } = curve;
  if (list === undefined) return undefined;
  const values = numbers(list, field, epochs, fail).map((value, i) => {
    const measured = isError ? 100 - value : value;
    const broken = Number.isNaN(value) ? undefined : brokenRule(MEASURES[measure].rule, measured);
    if (broken === undefined) return measured;
    if (isError) {
      const place = { line, column: `${field}[${i}]`, value: String(value) };
      found({ kind: 'accuraciesOutOfRange', ...place, rule: 'an error must be between 0 and 100' });
    } else if (value < 0) {
      fail(`${field}[${i}] is ${value}: ${broken}`);
    }
    return NaN;
  });
  if (Number.isNaN(values[epochs - 1])) {
    const place = { line, column: `${field}[${epochs - 1}]`, value: '' };
    found({ kind: 'missingCells', ...place, rule: 'there is no value at the end of the training' });
  }
  return values;
}

/** The network in its space's notation; how it was trained is no part of that. */
function notation(net: Readonly<Record<string, unknown>>, context: NdsRecordContext): string | undefined {
  const { space, number, found } = context;
  const { genotype, width, depth } = net;
  const text = JSON.stringify({ genotype, width, depth });
  try {
    return space.format(space.parse(text));
  } catch (error) {
    found({ kind: 'unknownArchitectures', line: number, column: 'net', value: text, rule: (error as Error).message });
    return undefined;
  }
}

function epochsOf(record: Readonly<Record<string, unknown>>, fail: (rule: string) => never): number {
  const errors = record.test_ep_top1;
  if (!Array.isArray(errors) || errors.length === 0 || errors.length > MAX_EPOCHS) {
    return fail(`test_ep_top1 must be a list of 1 to ${MAX_EPOCHS} errors, one after each epoch`);
  }
  const planned = asObject(record.optim)?.max_ep;
  if (planned !== undefined && planned !== errors.length) {
    fail(`test_ep_top1 has ${errors.length} entries for a training of ${JSON.stringify(planned)} epochs`);
  }
  return errors.length;
}

function numbers(list: unknown, field: string, epochs: number, fail: (rule: string) => never): number[] {
  if (!Array.isArray(list) || list.length !== epochs) {
    return fail(`${field} must be a list of ${epochs} numbers, one after each epoch`);
  }
  return list.map((value: unknown, i) =>
    value === null ? NaN : typeof value === 'number' ? value : fail(`${field}[${i}] must be a number`),
  );
}
