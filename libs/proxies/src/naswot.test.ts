import { zeroValues } from '@gradsign/network';
import { tensor, zeros } from '@gradsign/onnx';
import { searchSpace } from '@gradsign/search-spaces';
import { naswot } from './naswot';

const space = searchSpace('nas-bench-201');
const network = (architecture: string) =>
  space.network(space.parse(architecture), { imageShape: [3, 4, 4], classes: 2, channels: 1, cellsPerStage: 1 });

/** Whether no ReLU sees anything but zeros, whatever the input is, so that all samples share all patterns. */
function isBlind(architecture: string): boolean {
  const { graph } = network(architecture);
  const shifts = graph.inputs.map(({ name }) => name).filter((name) => name.endsWith('.shift'));
  const zero = zeroValues(graph, new Set(shifts));
  return graph.nodes.filter(({ op }) => op === 'Relu').every(({ inputs }) => zero.has(inputs[0]));
}

it('is minus infinity for 201 networks of NAS-Bench-201, those whose ReLUs see nothing of the input', () => {
  const pick = ['none', 'skip_connect', 'avg_pool_3x3', 'nor_conv_1x1', 'nor_conv_3x3'];
  const blind: string[] = [];
  // An edge from node 0 with a convolution has a ReLU that sees the stem.
  for (let code = 0; code < 3 ** 3 * 5 ** 3; code++) {
    const digits = [3, 3, 3, 5, 5, 5].map((base, i, bases) => {
      const below = bases.slice(0, i).reduce((a, b) => a * b, 1);
      return pick[Math.floor(code / below) % base];
    });
    const [a, b, c, d, e, f] = digits;
    const architecture = `|${a}~0|+|${b}~0|${d}~1|+|${c}~0|${e}~1|${f}~2|`;
    if (isBlind(architecture)) blind.push(architecture);
  }
  expect(blind).toHaveLength(201);
});

it('runs every ReLU of the network, dead ones too', async () => {
  // Node 2 is read by nothing, and its edges' convolutions are executed.
  const dead = network('|skip_connect~0|+|nor_conv_3x3~0|nor_conv_1x1~1|+|skip_connect~0|none~1|none~2|');
  const size = 2;
  const seen: number[] = [];
  const images = new Float32Array(size * 48);
  const { value } = await naswot.evaluate({
    network: dead,
    architecture: '',
    seed: 1,
    initialization: 0,
    weights: new Map(dead.weights.map(({ path, shape }) => [path, zeros('float32', shape)])),
    batch: { images, labels: new Int32Array(size), size },
    checkpoint: async () => {},
    // Each ReLU has one unit on for sample 0, two for sample 1, none for both.
    run: async (graph) => {
      seen.push(graph.outputs.length);
      return Object.fromEntries(
        graph.outputs.map(({ name }) => [name, tensor('float32', [2, 2], Float32Array.of(1, 0, 0, 2))]),
      );
    },
  });
  // Two in each of three cells, two in each of two reductions, one in the head.
  expect(seen).toEqual([11]);
  const units = 2 * (16 + 8 + 4) + (16 + 8) + (8 + 4) + 4;
  const alike = units - 3 * 11;
  expect(value).toBeCloseTo(Math.log(units ** 2 - alike ** 2), 10);
});
