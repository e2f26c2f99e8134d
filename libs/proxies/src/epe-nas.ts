import { correlationMatrix } from './correlations';
import type { GraphProxy } from './proxy';

/** Keeps the logarithm of a correlation of zero finite. */
const SHIFT = 1e-5;
/** Above this many classes of the data set, classes are compared with each other instead of added. */
const MANY_CLASSES = 100;

/**
 * How differently the network sees the images of one class: s_c = Σ log(|corr| + 1e−5) over the correlation matrix of
 * the rows of J that belong to class c, where row i of J is the gradient of the sum of all logits of the batch with
 * respect to image i. Up to 100 classes: Σ_c |s_c|. More: s_c is divided by the number of the class's images, and the
 * value is Σ_{c<d} |s_c − s_d| over the pairs of classes in the batch, divided by the number of these classes.
 *
 * The formulas are the paper's. Its code counts each pair twice, and with more than 100 classes leaves out classes of
 * one image; here such a class has s_c = log(1 + 1e−5). Higher is better. NaN where a row is constant, as for a
 * network that does not see its input.
 *
 * Lopes et al., "EPE-NAS: Efficient Performance Estimation Without Training for Neural Architecture Search", ICANN
 * 2021.
 */
export const epeNas: GraphProxy = {
  kind: 'graph',
  id: 'epe_nas',
  higherIsBetter: true,
  definition: 'sum over the classes of |Σ log|r|| over the correlations r of the input gradients of a class',
  source: 'Lopes et al., EPE-NAS, ICANN 2021',
  data: 'batch',
  defaultBatchSize: 256,
  chunkable: false,
  normalization: 'batch',
  request: (pass) => [...pass.inputGradient(), ...pass.oneHotLabels()],
  reduce: ([gradient, labels], { batchSize }) => {
    const classes = labels.shape[1];
    const oneHot = labels.data as ArrayLike<number>;
    const labelOf = (i: number) => {
      let label = 0;
      while (oneHot[i * classes + label] !== 1) label++;
      return label;
    };
    const value = classCorrelationScore(
      gradient.data as ArrayLike<number>,
      Array.from({ length: batchSize }, (_, i) => labelOf(i)),
      classes,
    );
    return { value, weights: 0, nanCount: 0 };
  },
};

/** @param rows one row of features an image, row by row */
export function classCorrelationScore(rows: ArrayLike<number>, labels: readonly number[], classes: number): number {
  const features = rows.length / labels.length;
  const members = new Map<number, number[]>();
  labels.forEach((label, i) => members.set(label, [...(members.get(label) ?? []), i]));
  const scores = [...members.values()].map((images) => {
    const own = new Float64Array(images.length * features);
    images.forEach((image, i) => {
      for (let k = 0; k < features; k++) own[i * features + k] = rows[image * features + k];
    });
    const sum = correlationMatrix(own, images.length).reduce((s, r) => s + Math.log(Math.abs(r) + SHIFT), 0);
    return classes > MANY_CLASSES ? sum / images.length : sum;
  });
  if (classes <= MANY_CLASSES) return scores.reduce((sum, s) => sum + Math.abs(s), 0);
  const differences = scores.flatMap((s, i) => scores.slice(i + 1).map((other) => Math.abs(s - other)));
  return differences.reduce((sum, d) => sum + d, 0) / scores.length;
}
