import { float32, type GraphBuilder, type Node, type Value } from '@gradsign/onnx';
import type { Translation } from './translator';

type Activation = (call: Formula, x: Value, attributes: Node['attributes']) => Value;

/** Writes formulas over values and numbers. */
class Formula {
  constructor(private readonly builder: GraphBuilder) {}

  op(op: string, ...operands: (Value | number)[]): Value {
    return this.builder.node(
      op,
      operands.map((x) => (typeof x === 'number' ? this.constant(x) : x)),
    );
  }

  /** min(x, 0), with the derivative 0 at 0. */
  negativePart(x: Value): Value {
    return this.op('Neg', this.op('Relu', this.op('Neg', x)));
  }

  private constant(value: number): Value {
    return this.builder.constant(float32([value], []));
  }
}

const number = (attributes: Node['attributes'], name: string, fallback: number): number => {
  const value = attributes[name];
  return typeof value === 'number' ? value : fallback;
};

/** max(x, 0) + α·(exp(min(x, 0)) − 1). */
function elu(f: Formula, x: Value, alpha: number): Value {
  const below = f.op('Sub', f.op('Exp', f.negativePart(x)), 1);
  return f.op('Add', f.op('Relu', x), alpha === 1 ? below : f.op('Mul', below, alpha));
}

/** log(1 + exp x) = max(x, 0) + log(1 + exp(−|x|)), which does not overflow. */
function softplus(f: Formula, x: Value): Value {
  const tail = f.op('Log', f.op('Add', f.op('Exp', f.op('Neg', f.op('Abs', x))), 1));
  return f.op('Add', f.op('Relu', x), tail);
}

/** √(2/π)·(x + 0.044715·x³), whose hyperbolic tangent approximates erf(x/√2). */
function tanhArgument(f: Formula, x: Value): Value {
  const cube = f.op('Mul', f.op('Mul', x, x), x);
  return f.op('Mul', f.op('Add', x, f.op('Mul', cube, 0.044715)), Math.sqrt(2 / Math.PI));
}

/** Activations that are written with simpler operators, by their definitions in ONNX. */
const activations: Readonly<Record<string, Activation>> = {
  LeakyRelu: (f, x, a) => f.op('Add', f.op('Relu', x), f.op('Mul', f.negativePart(x), number(a, 'alpha', 0.01))),
  Elu: (f, x, a) => elu(f, x, number(a, 'alpha', 1)),
  Selu: (f, x, a) =>
    f.op('Mul', elu(f, x, number(a, 'alpha', 1.6732632423543772)), number(a, 'gamma', 1.0507009873554805)),
  Softplus: softplus,
  Softsign: (f, x) => f.op('Div', x, f.op('Add', f.op('Abs', x), 1)),
  Mish: (f, x) => f.op('Mul', x, f.op('Tanh', softplus(f, x))),
  Gelu: (f, x, a) => {
    const curve = a.approximate === 'tanh' ? f.op('Tanh', tanhArgument(f, x)) : f.op('Erf', f.op('Div', x, Math.SQRT2));
    return f.op('Mul', f.op('Mul', x, f.op('Add', curve, 1)), 0.5);
  },
};

export const activationTranslations: Readonly<Record<string, Translation>> = {
  ...Object.fromEntries(
    Object.entries(activations).map(([op, activation]): [string, Translation] => [
      op,
      (t, node) => [activation(new Formula(t.builder), t.required(node, 0), node.attributes)],
    ]),
  ),
  PRelu: (t, node) => {
    const f = new Formula(t.builder);
    const x = t.required(node, 0);
    return [f.op('Add', f.op('Relu', x), f.op('Mul', f.negativePart(x), t.required(node, 1)))];
  },
};
