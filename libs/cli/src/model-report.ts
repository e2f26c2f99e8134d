import { formatDataset, searchSpaceNames, type OracleApi, type Training } from '@gradsign/contracts';
import { modelMetadata } from '@gradsign/onnx';
import type { InputFacts } from '@gradsign/training';
import type { Row } from './output';
import { saveModel } from './training';

/**
 * Writes a training's network to a file, tells on standard error how it is fed, and returns what is printed of it:
 * accuracies of the file, as they were measured from it, beside those that the trainer measured after the last epoch.
 */
export async function exportModel(oracle: OracleApi, training: Training, out: string): Promise<Row> {
  const bytes = await saveModel(oracle, training, out);
  const { spec, result, curve } = training;
  const last = curve.at(-1);
  process.stderr.write(`${usage(out, bytes)}\n`);
  return {
    space: searchSpaceNames.format(spec!.space, 'space'),
    architecture: spec!.architecture,
    dataset: formatDataset(spec!.dataset, 'dataset'),
    epochs: spec!.trainer!.epochs,
    validationAccuracy: result!.validationAccuracy,
    testAccuracy: result!.testAccuracy ?? null,
    trainerValidationAccuracy: last?.validationAccuracy ?? null,
    trainerTestAccuracy: last?.testAccuracy ?? null,
    trainSeconds: result!.trainSeconds,
    params: result!.params,
    flops: result!.flops,
    reused: result!.reused,
    model: out,
    modelSha256: result!.modelSha256,
  };
}

const CLASSES_TOLD = 10;

/** How the model in a file is fed, and what it answers, in two lines. */
export function usage(name: string, model: Uint8Array): string {
  const { input, class_names } = modelMetadata(model);
  const { name: tensor, type, channels, height, width, range, preparation } = JSON.parse(input) as InputFacts;
  const classes = JSON.parse(class_names) as string[];
  const axes = channels === undefined ? 'C' : channels === 'RGB' ? '3 (RGB)' : '1 (grey)';
  const values = range === undefined ? 'as in the data set' : `${range[0]} to ${range[1]}`;
  const how = preparation === undefined ? '' : `; ${preparation}`;
  const told = classes.slice(0, CLASSES_TOLD).join(', ');
  const rest = classes.length > CLASSES_TOLD ? `, … (class_names in the file's metadata has all)` : '';
  return [
    `${name}: input ${tensor}, ${type} [N, ${axes}, ${height}, ${width}], ${values}${how}`,
    `${name}: outputs logits and probabilities [N, ${classes.length}]: ${told}${rest}`,
  ].join('\n');
}
