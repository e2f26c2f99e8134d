import { smallestNetwork } from './smallest-network';

const CONV = 'conv3x3-bn-relu';
/** Two vertices feed the output: its channels are shared between them. */
const PARALLEL = JSON.stringify({
  matrix: [
    [0, 1, 1, 0],
    [0, 0, 0, 1],
    [0, 0, 0, 1],
    [0, 0, 0, 0],
  ],
  ops: ['input', CONV, CONV, 'output'],
});

const channelsOf = (space: string, architecture: string) =>
  smallestNetwork({ space, architecture, classes: 2 })?.weights.find(({ path }) => path.startsWith('stem'))?.shape[0];

test('a network has as few channels as its space allows', () => {
  expect(channelsOf('nas-bench-201', '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|')).toBe(1);
  expect(channelsOf('nas-bench-101', PARALLEL)).toBe(2);
});

test('a model, and an architecture that is its channels, have no smaller one', () => {
  expect(channelsOf('nats-bench-sss', '8:16:24:32:64')).toBeUndefined();
  const model = { digest: 'a'.repeat(64), reinitialize: true };
  expect(smallestNetwork({ space: '', architecture: 'model', classes: 2, model })).toBeUndefined();
});
