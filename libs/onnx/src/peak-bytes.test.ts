import { GraphBuilder } from './builder';
import { peakBytes } from './peak-bytes';
import { float32 } from './tensor';

const KIB = 1024;

/** x (1 KiB) through a chain of `length` activations. */
function chain(length: number): GraphBuilder {
  const builder = new GraphBuilder('chain');
  let value = builder.input('x', 'float32', [256]);
  for (let i = 0; i < length; i++) value = builder.node('Relu', [value]);
  builder.output(value, 'y');
  return builder;
}

test('a chain has its input and two neighbours at once', () => {
  expect(peakBytes(chain(2).build())).toBe(3 * KIB);
  expect(peakBytes(chain(9).build())).toBe(3 * KIB);
});

test('a value that is read again later stays until then', () => {
  const builder = new GraphBuilder('residual');
  const x = builder.input('x', 'float32', [256]);
  const first = builder.node('Relu', [x]);
  const third = builder.node('Relu', [builder.node('Relu', [first])]);
  builder.output(builder.node('Add', [first, third]), 'y');
  // x, first, third and the sum.
  expect(peakBytes(builder.build())).toBe(4 * KIB);
});

test('initializers and outputs stay; a small value costs what its type takes', () => {
  const builder = new GraphBuilder('kept');
  const x = builder.input('x', 'float32', [256]);
  const weight = builder.initializer('weight', float32(new Array(256).fill(1), [256]));
  const sum = builder.node('Add', [x, weight]);
  builder.output(sum);
  builder.output(builder.node('Greater', [sum, x]));
  expect(peakBytes(builder.build())).toBe(3 * KIB + 256);
});
