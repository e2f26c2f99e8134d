import { UnsupportedOperatorError, type Engine, type Session } from '@gradsign/engine';
import {
  attributesOf,
  checkGraph,
  GraphBuilder,
  GraphError,
  type Graph,
  type Node,
  type Tensor,
  type ValueInfo,
} from '@gradsign/onnx';
import { kernels } from './kernels';
import { PreparedNode, type DeviceType, type Step } from './prepared-node';
import type { TensorFlow, TfTensor } from './tfjs';
import { deviceTypes, fromDevice, toDevice } from './transfer';

/**
 * An engine over a TensorFlow.js whose backend is chosen and ready. Integers are computed in int32, floats in float32;
 * values are disposed of after their last use, so that memory follows the graph's width.
 */
export function engineOver(tf: TensorFlow, device: string): Engine {
  return { name: 'tensorflow', device, precision: 'float32', load: async (graph) => load(tf, graph) };
}

function load(tf: TensorFlow, graph: Graph): Session {
  checkGraph(graph);
  const steps = prepare(tf, graph);
  const uses = lastUses(graph);
  const constants = new Map<string, TfTensor>();
  const constant = (name: string): TfTensor => {
    const known = constants.get(name) ?? tf.keep(toDevice(tf, graph.initializers.get(name) as Tensor));
    constants.set(name, known);
    return known;
  };
  return {
    run: async (feeds) => {
      const values = new Map<string, TfTensor>();
      const drop = (name: string) => {
        values.get(name)?.dispose();
        values.delete(name);
      };
      try {
        for (const input of graph.inputs) values.set(input.name, toDevice(tf, feedOf(input, feeds)));
        graph.nodes.forEach(({ inputs, outputs }, i) => {
          const operand = (index: number) => values.get(inputs[index]) ?? constant(inputs[index]);
          const results = tf.tidy(() => [steps[i](operand)].flat().slice(0, outputs.length));
          results.forEach((result, k) => (outputs[k] === '' ? result.dispose() : values.set(outputs[k], result)));
          uses[i].forEach(drop);
        });
        return Object.fromEntries(
          graph.outputs.map(({ name, dtype }) => [name, fromDevice(values.get(name) as TfTensor, dtype)]),
        );
      } finally {
        [...values.keys()].forEach(drop);
      }
    },
    release: async () => {
      for (const value of constants.values()) value.dispose();
      constants.clear();
    },
  };
}

function prepare(tf: TensorFlow, graph: Graph): Step[] {
  const types = GraphBuilder.from(graph);
  return graph.nodes.map((node) => {
    const kernel = kernels.get(node.op);
    if (kernel === undefined) throw new UnsupportedOperatorError('tensorflow', node.op, node.name);
    const typeOf = (name: string) => (name === '' ? undefined : deviceType(types.value(name), node));
    const [inputs, outputs] = [node.inputs.map(typeOf), node.outputs.map(typeOf)];
    return kernel(new PreparedNode(tf, node, attributesOf(node), inputs, outputs, graph.initializers));
  });
}

function deviceType({ name, dtype, shape }: ValueInfo, node: Node): DeviceType {
  const type = deviceTypes[dtype];
  if (type === undefined) {
    throw new UnsupportedOperatorError('tensorflow', node.op, node.name, `value "${name}" has the type ${dtype}`);
  }
  const sizes = shape.map((dim) => {
    if (typeof dim === 'number') return dim;
    throw new GraphError(`value "${name}" has the symbolic dimension ${dim}: specialise the graph first`);
  });
  return { dtype: type, shape: sizes };
}

/** For each node, the values that nothing needs after it. */
function lastUses(graph: Graph): string[][] {
  const seen = new Set(graph.outputs.map(({ name }) => name));
  return graph.nodes
    .map((_, i) => graph.nodes[graph.nodes.length - 1 - i])
    .map(({ inputs, outputs }) => {
      const last = [...new Set([...inputs, ...outputs])].filter((name) => !seen.has(name));
      for (const name of last) seen.add(name);
      return last;
    })
    .reverse();
}

function feedOf({ name, dtype, shape }: ValueInfo, feeds: Readonly<Record<string, Tensor>>): Tensor {
  if (!Object.hasOwn(feeds, name)) throw new GraphError(`input "${name}" is not fed`);
  const value = feeds[name];
  if (value.dtype === dtype && value.shape.join() === shape.join()) return value;
  const got = `${value.dtype}[${value.shape.join(',')}]`;
  throw new GraphError(`input "${name}" is fed ${got}, must be ${dtype}[${shape.join(',')}]`);
}
