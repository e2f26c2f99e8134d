import { inferNode, productOfDims, type Dim, type Node, type TensorType } from '@gradsign/onnx';
import { ModelError } from '../model-error';
import { ARITHMETIC, calculate } from './arithmetic';
import { integers, tensorOf, type Constant, type ConstantType } from './constant';
import { movement } from './movement';
import { sizes as sizeOperators } from './sizes';

export * from './constant';

/** Results of arithmetic, and of movement that makes more than it gets, have at most so many elements. */
const MOST = 65_536;

/** Operators that are evaluated on constants although no graph has them. */
export const SIZE_OPERATORS: readonly string[] = [
  ...Object.keys(sizeOperators),
  'Size',
  'Mod',
  'Floor',
  'Ceil',
  'Round',
];

/** Operators of one or two inputs that have no schema, because no graph has them at run time. */
const WITHOUT_SCHEMA: Readonly<Record<string, number>> = { Mod: 2, Floor: 1, Ceil: 1, Round: 1 };

/** The lengths of a value's axes as Shape and Size give them. */
export function shapeConstant({ op, attributes }: Node, shape: readonly Dim[]): Constant {
  if (op === 'Size') return integers([productOfDims(shape)], []);
  const { start = 0, end = shape.length } = attributes as { start?: number; end?: number };
  return integers(shape.slice(start, end));
}

/**
 * Outputs of an operator on constants; undefined where it is none that is evaluated, or the result is not known.
 * @throws NodeError, ModelError for inputs that the operator cannot have.
 */
export function evaluate(node: Node, inputs: readonly (Constant | undefined)[]): Constant[] | undefined {
  const { op } = node;
  const present = inputs.filter((input) => input !== undefined);
  if (Object.hasOwn(sizeOperators, op) && (op === 'Range' || op === 'ReduceProd' || present[0]?.dtype === 'int64')) {
    const { inputs: arity, evaluate: run } = sizeOperators[op];
    if (present.length < arity[0] || present.length > arity[1])
      throw ModelError.of(node, 'has a wrong number of inputs');
    const result = run(node, present);
    return result && [result];
  }
  const move = Object.hasOwn(movement, op) ? movement[op] : undefined;
  if (!move && !ARITHMETIC.has(op)) return undefined;
  const types = typesOf(node, inputs);
  const most = Math.max(MOST, ...(move ? present.map(({ data }) => data.length) : []));
  if (types === undefined || types.some(({ shape }) => shape.reduce((a, b) => a * b, 1) > most)) return undefined;
  if (move) return move(node, inputs, types);
  const result = calculate(op, present, types[0]);
  return result && [result];
}

function typesOf(node: Node, inputs: readonly (Constant | undefined)[]): ConstantType[] | undefined {
  const arity = WITHOUT_SCHEMA[node.op];
  if (arity !== undefined) {
    if (inputs.length !== arity) throw ModelError.of(node, `has ${inputs.length} inputs, must have ${arity}`);
    // As the arithmetic that does have a schema: its types follow from equal rules.
    const like = { ...node, op: arity === 2 ? 'Add' : 'Identity', attributes: {} };
    return typesOf(like, inputs);
  }
  const of = (name: string) => inputs[node.inputs.indexOf(name)]!;
  // A constant that the shape depends on, and that depends on the batch, gives no shape here.
  const first = node.op === 'ConstantOfShape' ? 0 : 1;
  const symbolic = node.inputs.some((name, i) => i >= first && name !== '' && tensorOf(inputs[i]!) === undefined);
  if (symbolic && Object.hasOwn(movement, node.op) && node.op !== 'Concat') return undefined;
  const types: TensorType[] = inferNode(node, of, (name) => tensorOf(of(name)));
  const sizes = types.flatMap(({ shape }) => shape);
  if (sizes.some((size) => Number(size) < 0))
    throw ModelError.of(node, `has an output with a negative size: [${sizes.join(',')}]`);
  return sizes.every((size) => typeof size === 'number') ? (types as ConstantType[]) : undefined;
}
