import type { GraphProxy } from './proxy';
import { foldSignSums, signFamily } from './sign-sums';

/**
 * GradSign per live weight: how much the samples agree, whatever the size of the network. 0 for a network without
 * live weights. A diagnostic: on NAS-Bench-201 it correlates negatively with accuracy.
 */
export const gradsignMean: GraphProxy = {
  ...signFamily,
  id: 'gradsign_mean',
  definition: 'GradSign divided by the number of weights that receive gradient',
  source: 'diagnostic form of Zhang & Jia, GradSign, ICLR 2022',
  reduce: (outputs, facts) => {
    const sum = foldSignSums(outputs, facts, (agreement) => agreement);
    const counted = sum.weights - sum.nanCount;
    return { ...sum, value: counted === 0 ? 0 : sum.value / counted };
  },
};
