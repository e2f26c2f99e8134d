import { ImportError } from '../../errors';
import { brokenRule, MEASURES, type Measure } from '../../measures';
import type { ImportUnit, SourceFinding, TrainingRecord, Values } from '../source';
import type { EvaluationData } from './model-metrics';
import { Nb101RecordReader, type Nb101Record } from './nb101-record';
import type { TfRecord } from './splitter';
import { Trainings } from './trainings';

/** What the benchmark trained on: 40,000 of the 50,000 training images; the other 10,000 are its validation split. */
export const NB101_KEY = { dataset: 'cifar10', trainingSet: 'full' } as const;

/** Turns the records of a file, from the first on, into units. */
export class Nb101Converter {
  private readonly reader = new Nb101RecordReader();
  private readonly trainings = new Trainings();
  private records: TrainingRecord[] = [];
  private findings: SourceFinding[] = [];

  constructor(private readonly file: string) {}

  /** @throws ImportError with the record's offset and the rule that it breaks */
  add(source: TfRecord): void {
    const fail = (rule: string): never => {
      throw new ImportError({ file: this.file, offset: source.offset }, `record ${source.number}: ${rule}`);
    };
    const record = this.reader.read(source, fail);
    const accepted = this.trainings.accept(record);
    if ('broken' in accepted) return fail(accepted.broken);
    const { number, text, hash, epochs, halfway, final } = record;
    if ('duplicate' in accepted) {
      const place = { line: number, column: 'module_hash', value: hash };
      this.findings.push({ kind: 'duplicateRows', ...place, rule: accepted.duplicate });
      return;
    }
    this.records.push({
      architecture: text,
      ...NB101_KEY,
      epochs,
      seed: accepted.seed,
      sourceRecord: number,
      final: this.values(record, final, fail),
      points: [{ epoch: epochs / 2, values: this.values(record, halfway, fail) }],
    });
  }

  /** What was added since the last time. */
  take(doneBytes: number): ImportUnit {
    const { records, findings } = this;
    this.records = [];
    this.findings = [];
    return { doneBytes, records, ...(findings.length > 0 && { findings }) };
  }

  private values(record: Nb101Record, data: EvaluationData, fail: (rule: string) => never): Values {
    const values = {
      trainAccuracy: 100 * data.trainAccuracy,
      validAccuracy: 100 * data.validAccuracy,
      testAccuracy: 100 * data.testAccuracy,
      trainSeconds: data.trainSeconds,
      publishedParams: record.params,
    };
    let broken = false;
    for (const measure in values) {
      broken ||=
        brokenRule(MEASURES[measure as keyof typeof values].rule, values[measure as keyof typeof values]) !== undefined;
    }
    return broken ? this.sound(values, `epoch ${data.epoch}`, record.number, fail) : values;
  }

  /** The values that break no rule. */
  private sound(values: Values, place: string, line: number, fail: (rule: string) => never): Values {
    const kept = Object.entries(values).filter(([measure, value]) => {
      const { rule } = MEASURES[measure as Measure];
      const broken = brokenRule(rule, value);
      const cell = { line, column: `${measure} of ${place}` };
      if (Number.isNaN(value)) {
        this.findings.push({ kind: 'missingCells', ...cell, value: '', rule: 'the value is missing' });
      } else if (broken !== undefined && rule === 'percent') {
        this.findings.push({ kind: 'accuraciesOutOfRange', ...cell, value: String(value), rule: broken });
      } else if (broken !== undefined) {
        fail(`${cell.column} is ${value}: ${broken}`);
      }
      return broken === undefined;
    });
    return Object.fromEntries(kept);
  }
}
