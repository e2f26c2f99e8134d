import { float32 } from '@gradsign/onnx';
import { MODEL_LIMITS } from '../limits';
import { modelBytes, type FileNode } from '../testing/model-bytes';
import { checkBudget } from './budget';
import { inOrder } from './order';
import { wireFields } from './wire';

const relu = (input: string, output: string): FileNode => ({
  op: 'Relu',
  inputs: [input],
  outputs: [output],
  name: output,
});
const file = (nodes: readonly FileNode[]) =>
  modelBytes({ inputs: [['x', ['N', 1, 2, 2]]], outputs: ['y'], initializers: { w: float32([1, 2]) }, nodes });
/** A field with a length. */
const field = (number: number, content: ArrayLike<number>) => {
  const size = [(content.length & 127) | 128, ((content.length >> 7) & 127) | 128, content.length >> 14];
  return [number * 8 + 2, ...size, ...Array.from(content)];
};

describe('the budget of a file', () => {
  it('accepts a model, and every beginning of it is said to be incomplete or is bounded', () => {
    const bytes = file([relu('x', 'y')]);
    expect(() => checkBudget(bytes)).not.toThrow();
    const cuts = Array.from({ length: bytes.length }, (_, i) => bytes.subarray(0, i));
    const complaints = cuts.flatMap((cut) => {
      try {
        checkBudget(cut);
        return [];
      } catch (error) {
        return [(error as Error).message];
      }
    });
    expect(complaints.length).toBeGreaterThan(bytes.length / 2);
    expect(new Set(complaints)).toEqual(
      new Set(['the bytes are not an ONNX model: they end inside a field; the file is incomplete']),
    );
  });

  it('counts nodes before it decodes them', () => {
    const nodes = Array.from({ length: MODEL_LIMITS.nodes + 1 }, () => [10, 0]).flat();
    expect(() => checkBudget(Uint8Array.from(field(7, nodes)))).toThrow('has 20001 nodes, must have at most 20000');
  });

  it('counts what small bytes become: integers of a byte each', () => {
    const bytes = Uint8Array.from(field(7, field(5, field(1, new Uint8Array(1_900_000)))));
    const many = new Uint8Array(12 * bytes.length);
    for (let i = 0; i < 12; i += 1) many.set(bytes, i * bytes.length);
    expect(() => checkBudget(many)).toThrow(/would take \d+ bytes to read, must take at most/);
  });

  it.each([
    ['a number without an end', new Array<number>(11).fill(255), 'a number has more than ten bytes'],
    ['a wire type that does not exist', [7], 'field 0 has the wire type 7'],
    ['a length beyond the file', [58, 100], 'they end inside a field'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => [...wireFields(Uint8Array.from(bytes))]).toThrow(message);
  });
});

describe('the order of nodes', () => {
  const nodes = (...list: FileNode[]) => list.map((n) => ({ ...n, name: n.name!, attributes: {} }));
  const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);

  it('stays where it is one, and is found where it is not', () => {
    const [a, b, c] = nodes(relu('x', 'a'), relu('x', 'b'), relu('a', 'c'));
    expect(names(inOrder([b, a, c], ['x']))).toEqual(['b', 'a', 'c']);
    expect(names(inOrder([c, b, a], ['x']))).toEqual(['a', 'c', 'b']);
  });

  it('is found for a chain that a recursion could not follow', () => {
    const chain = nodes(...Array.from({ length: 20_000 }, (_, i) => relu(i === 0 ? 'x' : `v${i - 1}`, `v${i}`)));
    expect(names(inOrder(chain.toReversed(), ['x']))).toEqual(names(chain));
  });

  it('names a cycle, a value that is missing and one that is made twice', () => {
    expect(() => inOrder(nodes(relu('b', 'a'), relu('a', 'b'), relu('x', 'c')), ['x'])).toThrow(
      'the graph has a cycle: "a" (Relu), "b" (Relu)',
    );
    expect(() => inOrder(nodes(relu('a', 'a')), [])).toThrow('the graph has a cycle: "a" (Relu)');
    expect(() => inOrder(nodes(relu('w', 'a')), ['x'])).toThrow('node "a" (Relu): its input "w" is not defined');
    expect(() => inOrder(nodes(relu('x', 'a'), relu('x', 'a')), ['x'])).toThrow('output "a" is defined twice');
  });
});
