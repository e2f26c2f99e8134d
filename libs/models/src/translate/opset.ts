import type { Attribute, Node } from '@gradsign/onnx';
import { float, integers, type Constant } from '../evaluate';
import { ModelError } from '../model-error';

/** Operator sets that are read: ONNX 1.4 (2018) to ONNX 1.18 (2025). */
export const OPSETS = [9, 23] as const;

/** What a node is brought to the operator set of all graphs here with. */
export interface UpgradeContext {
  readonly opset: number;
  /** The constant that an input has, undefined for none and for what is no constant. */
  constant(input: string): Constant | undefined;
  /** Gives a name to a new constant. */
  define(constant: Constant): string;
  rankOf(input: string): number;
}

type Upgrade = (node: Node, context: UpgradeContext) => Node;

/** A node as operator set 17 (`OPSET`) has it. @throws ModelError where there is no such node. */
export function upgrade(node: Node, context: UpgradeContext): Node {
  return Object.hasOwn(upgrades, node.op) ? upgrades[node.op](node, context) : node;
}

function without(node: Node, ...names: string[]): Node {
  const kept = Object.entries(node.attributes).filter(([name]) => !names.includes(name));
  return { ...node, attributes: Object.fromEntries(kept) };
}

const numbers = (value: Attribute | undefined): number[] | undefined =>
  Array.isArray(value) ? (value as number[]) : undefined;

/** Inputs with one more at a position; the ones between are absent. */
function withInput(node: Node, index: number, name: string): Node {
  const inputs = [...node.inputs];
  while (inputs.length <= index) inputs.push('');
  inputs[index] = name;
  return { ...node, inputs };
}

/** A list that was an attribute until `since`, and is an input from then on. */
function attributeToInput(attribute: string, index: number, since: number): Upgrade {
  return (node, context) => {
    const list = context.opset < since ? numbers(node.attributes[attribute]) : undefined;
    return list ? withInput(without(node, attribute), index, context.define(integers(list))) : node;
  };
}

/** Axes that became an input in operator set 18, as the attribute that they were. */
const inputToAxes: Upgrade = (node, context) => {
  const [x, axes] = node.inputs;
  const { noop_with_empty_axes: noop, ...attributes } = node.attributes;
  if (axes === undefined || axes === '')
    return noop === 1 ? { ...node, op: 'Identity', attributes: {} } : { ...node, attributes };
  const list = context.constant(axes);
  if (!list) throw ModelError.of(node, 'its axes must be constant');
  return { ...node, inputs: [x], attributes: { ...attributes, axes: Array.from(list.data) as number[] } };
};

/** Until operator set 13 softmax ran over all axes from `axis` (default 1) on, as one. */
const softmax: Upgrade = (node, context) => {
  const { opset } = context;
  if (opset >= 13) return node;
  const rank = context.rankOf(node.inputs[0]);
  const { axis = 1 } = node.attributes;
  if (axis !== -1 && axis !== rank - 1) {
    throw ModelError.of(
      node,
      `runs over the axes from ${String(axis)} on (operator set ${opset}), must run over the last one`,
    );
  }
  return { ...node, attributes: { axis: -1 } };
};

const upgrades: Readonly<Record<string, Upgrade>> = {
  Squeeze: attributeToInput('axes', 1, 13),
  Unsqueeze: attributeToInput('axes', 1, 13),
  ReduceSum: attributeToInput('axes', 1, 13),
  Split: (node, context) => attributeToInput('split', 1, 13)(without(node, 'num_outputs'), context),
  ReduceMean: inputToAxes,
  ReduceMax: inputToAxes,
  ReduceMin: inputToAxes,
  ReduceL2: inputToAxes,
  Softmax: softmax,
  LogSoftmax: softmax,
  Cast: (node) => without(node, 'saturate'),
  Reshape: (node) => without(node, 'shape'),
  BatchNormalization: (node, { opset }) => without(node, 'spatial', ...(opset < 14 ? ['training_mode'] : [])),
  Slice: (node, context) =>
    context.opset < 10
      ? ['starts', 'ends', 'axes'].reduce((n, name, i) => attributeToInput(name, i + 1, 10)(n, context), node)
      : node,
  Clip: (node, context) => {
    if (context.opset >= 11) return node;
    return ['min', 'max'].reduce((n, name, i) => {
      const bound = n.attributes[name];
      return typeof bound === 'number' ? withInput(without(n, name), i + 1, context.define(float(bound))) : n;
    }, node);
  },
  Pad: (node, context) => {
    if (context.opset < 11) {
      const { value, ...attributes } = node.attributes;
      const moved = attributeToInput('pads', 1, 11)({ ...node, attributes }, context);
      return typeof value === 'number' ? withInput(moved, 2, context.define(float(value))) : moved;
    }
    const [x, pads, value = '', axes = ''] = node.inputs;
    if (axes === '') return node;
    const [list, along] = [pads, axes].map((name) => context.constant(name)?.data as ArrayLike<number> | undefined);
    if (!list || !along || list.length !== 2 * along.length)
      throw ModelError.of(node, 'its pads and axes must be constant');
    const rank = context.rankOf(x);
    const all = new Array<number>(2 * rank).fill(0);
    Array.from(along).forEach((axis, i) => {
      const at = axis < 0 ? axis + rank : axis;
      all[at] = list[i];
      all[at + rank] = list[i + along.length];
    });
    return { ...node, inputs: [x, context.define(integers(all)), ...(value === '' ? [] : [value])] };
  },
  AveragePool: (node) => {
    if (numbers(node.attributes.dilations)?.some((step) => step !== 1))
      throw ModelError.of(node, 'its dilations must be 1');
    return without(node, 'dilations');
  },
};
