import { productOfDims, sumOfDims, type Dim, type Node } from '@gradsign/onnx';
import { ModelError } from '../model-error';
import { integers, numbersOf, type Constant } from './constant';

/** Operators of shape arithmetic that no graph here has at run time: number of inputs, and what comes out. */
interface SizeOperator {
  readonly inputs: readonly [number, number];
  evaluate(node: Node, inputs: readonly Constant[]): Constant | undefined;
}

const MOST = 65_536;

/** A reduction over all elements of a list. */
function overAll(fn: (elements: readonly Dim[]) => Dim | undefined): SizeOperator {
  return {
    inputs: [1, 2],
    evaluate: ({ attributes }, [x]) => {
      if (x.shape.length > 1) return undefined;
      const result = fn(Array.from(x.data));
      return result === undefined
        ? undefined
        : { ...integers([result], attributes.keepdims === 0 ? [] : [1]), dtype: x.dtype };
    },
  };
}

const ofNumbers = (fn: (numbers: readonly number[]) => number) => (elements: readonly Dim[]) =>
  elements.every((element) => typeof element === 'number') ? fn(elements) : undefined;

export const sizes: Readonly<Record<string, SizeOperator>> = {
  ReduceProd: overAll(productOfDims),
  ReduceSum: overAll(sumOfDims),
  ReduceMax: overAll(ofNumbers((numbers) => Math.max(...numbers))),
  ReduceMin: overAll(ofNumbers((numbers) => Math.min(...numbers))),
  Range: {
    inputs: [3, 3],
    evaluate: (node, inputs) => {
      const [from, to, step] = inputs.map((input) => numbersOf(input)?.[0]);
      if (from === undefined || to === undefined || step === undefined) return undefined;
      const count = Math.max(0, Math.ceil((to - from) / step));
      if (!(count <= MOST)) throw ModelError.of(node, `makes ${count} numbers, may make at most ${MOST}`);
      return { ...integers(Array.from({ length: count }, (_, i) => from + i * step)), dtype: inputs[0].dtype };
    },
  },
};
