import { ReferenceEngine } from '@gradsign/engine-reference';
import * as fc from 'fast-check';
import { float32, int64, tensor, zeros, type Tensor } from '@gradsign/onnx';
import { normalize } from '@gradsign/network';
import { checkMemory, checkModel, importModel } from './import';
import { MODEL_LIMITS } from './limits';
import { ModelError } from './model-error';
import { modelBytes, type FileModel, type FileNode } from './testing/model-bytes';
import { expectClose, logitsOf, numbers, values } from './testing/run';

const engine = new ReferenceEngine();

const node = (op: string, inputs: string[], output: string, attributes: FileNode['attributes'] = {}): FileNode => ({
  op,
  inputs,
  outputs: [output],
  name: output,
  attributes,
});
const ones = (size: number) => float32(new Array<number>(size).fill(1));

/** Convolution, batch normalisation, ReLU, pooling, a linear layer, probabilities. */
const small: FileModel = {
  inputs: [['images', ['batch', 3, 4, 4]]],
  outputs: ['p'],
  initializers: {
    'conv.weight': values([2, 3, 3, 3]),
    'bn.weight': ones(2),
    'bn.bias': float32([0, 0]),
    'bn.mean': float32([0.1, 0.2]),
    'bn.var': ones(2),
    'fc.weight': values([5, 2]),
    'fc.bias': values([5]),
  },
  nodes: [
    node('Conv', ['images', 'conv.weight'], 'conv', { pads: { ints: [1, 1, 1, 1] } }),
    node('BatchNormalization', ['conv', 'bn.weight', 'bn.bias', 'bn.mean', 'bn.var'], 'bn'),
    node('Relu', ['bn'], 'relu'),
    node('GlobalAveragePool', ['relu'], 'pool'),
    node('Flatten', ['pool'], 'flat'),
    node('Gemm', ['flat', 'fc.weight', 'fc.bias'], 'fc', { transB: { i: 1 } }),
    node('Softmax', ['fc'], 'p', { axis: { i: -1 } }),
  ],
};
const bytes = modelBytes(small);
const changed = (change: Partial<FileModel>) => modelBytes({ ...small, ...change });
const replaced = (output: string, by: Partial<FileNode>) =>
  changed({ nodes: small.nodes.map((n) => (n.name === output ? { ...n, ...by } : n)) });

describe('a classifier', () => {
  const model = importModel(bytes);

  it('has its weights by role, and its normalisation in training mode', () => {
    expect(model.network).toMatchObject({ imageShape: [3, 4, 4], classes: 5 });
    expect(model.network.weights.map(({ path, role }) => [path, role])).toEqual([
      ['conv.weight', 'conv'],
      ['bn.weight', 'norm_scale'],
      ['bn.bias', 'norm_shift'],
      ['fc.weight', 'linear'],
      ['fc.bias', 'bias'],
    ]);
    expect(model.network.weights[3].init).toEqual({ kind: 'uniform_fan_in', fanIn: 2 });
    expect(model.normalization).toBe('batch');
    expect(model.network.graph.nodes.find(({ op }) => op === 'BatchNormalization')!.attributes.training_mode).toBe(1);
    expect(() => model.checkReinitializable()).not.toThrow();
  });

  it('loses its softmax, and says so', () => {
    expect(model.network.graph.nodes.map(({ op }) => op)).not.toContain('Softmax');
    expect(model.remarks).toContain('Softmax "p" at the end was left out: proxies want logits');
    expect(checkModel(bytes)).toEqual(model.remarks);
  });

  it('may want its images channels last', async () => {
    const last = {
      inputs: [['images', ['batch', 4, 4, 3]]] as const,
      nodes: [
        node('Transpose', ['images'], 'first', { perm: { ints: [0, 3, 1, 2] } }),
        ...small.nodes.map((n) => (n.name === 'conv' ? { ...n, inputs: ['first', 'conv.weight'] } : n)),
      ],
    };
    const images = values([2, 3, 4, 4]);
    const other = importModel(changed(last));
    expect(other.remarks.join()).toContain('height, width, channels');
    expectClose(await logitsOf(engine, other, images), await logitsOf(engine, model, images));
  });

  it('may leave the size of images open', () => {
    const open = changed({ inputs: [['images', ['batch', 3, 'h', 'w']]] });
    expect(checkModel(open).join()).toContain('leaves the size of images open');
    expect(importModel(open, { imageShape: [3, 6, 5] }).network.imageShape).toEqual([3, 6, 5]);
    expect(() => importModel(open)).toThrow('leaves the size of images open: it must be given');
  });

  it('without normalisation says so, and is not initialised again where one seems to be folded in', () => {
    const folded = importModel(
      changed({
        initializers: { ...small.initializers, 'onnx::Conv_7': values([2, 3, 3, 3]), 'onnx::Conv_8': ones(2) },
        nodes: small.nodes.flatMap((n) =>
          n.name === 'conv'
            ? [{ ...n, inputs: ['images', 'onnx::Conv_7', 'onnx::Conv_8'], outputs: ['bn'] }]
            : n.name === 'bn'
              ? []
              : [n],
        ),
      }),
    );
    expect(folded.normalization).toBe('none');
    expect(folded.remarks).toContain('normalisation: none; the model is scored as it is');
    expect(() => folded.checkReinitializable()).toThrow(/node "conv" \(Conv\): seems to have .*TrainingMode.PRESERVE/);
  });

  it('whose normalisation sees one value of an image is refused by node once each image is normalised by itself', () => {
    const single = replaced('conv', { attributes: { strides: { ints: [4, 4] } } });
    expect(() => normalize(importModel(single).network.graph, 'sample')).toThrow(/"bn" normalises a single value/);
  });
});

describe('layers that have the images elsewhere', () => {
  const sequence: FileModel = {
    inputs: [['images', ['batch', 2, 3, 4]]],
    outputs: ['y'],
    initializers: {
      w: values([4, 5]),
      b: values([5]),
      rows: int64([-1, 12]),
      wide: int64([-1, 4]),
      back: int64([3, -1, 10]),
      head: values([10, 2]),
    },
    nodes: [
      node('Transpose', ['images'], 't', { perm: { ints: [2, 0, 1, 3] } }),
      node('MatMul', ['t', 'w'], 'm'),
      node('Add', ['m', 'b'], 'a'),
      node('Reshape', ['a', 'back'], 'r'),
      node('ReduceMean', ['r'], 'mean', { axes: { ints: [0] }, keepdims: { i: 0 } }),
      node('MatMul', ['mean', 'head'], 'y'),
    ],
  };

  it('get them in front, with the same result', async () => {
    const model = importModel(modelBytes(sequence));
    const product = model.network.graph.nodes.find(({ inputs }) => inputs[1] === 'w')!;
    expect(product.name).toBe('m.product');
    expect(model.network.weights.map(({ path, role }) => `${path} ${role}`)).toEqual([
      'w linear',
      'b bias',
      'head linear',
    ]);
    const images = values([2, 2, 3, 4]);
    const [x, w, b, head] = [images, ...['w', 'b', 'head'].map((name) => sequence.initializers![name])].map(numbers);
    const expected = [0, 1].flatMap((n) => {
      const mean = Array.from({ length: 10 }, (_, k) => {
        const [c, j] = [Math.floor(k / 5), k % 5];
        const values3 = [0, 1, 2].map(
          (s) => b[j] + [0, 1, 2, 3].reduce((sum, i) => sum + x[((n * 2 + c) * 3 + s) * 4 + i] * w[i * 5 + j], 0),
        );
        return values3.reduce((p, q) => p + q) / 3;
      });
      return [0, 1].map((j) => mean.reduce((sum, v, k) => sum + v * head[k * 2 + j], 0));
    });
    expectClose(await logitsOf(engine, model, images), expected);
  });

  it.each<[string, string, FileNode[]]>([
    [
      'a mean over the batch',
      'other',
      [node('ReduceMean', ['r'], 'other', { axes: { ints: [1] } }), node('Sub', ['r', 'other'], 'mixed')],
    ],
    ['a softmax over the batch', 'mixed', [node('Softmax', ['r'], 'mixed', { axis: { i: 1 } })]],
    [
      'an order that is lost',
      'mixed',
      [node('Transpose', ['r'], 'turned', { perm: { ints: [1, 2, 0] } }), node('Reshape', ['turned', 'back'], 'mixed')],
    ],
  ])('%s is refused by node', (_, name, mixing) => {
    const nodes = sequence.nodes.flatMap((n) => (n.name === 'mean' ? [...mixing, { ...n, inputs: ['mixed'] }] : [n]));
    const refused = new RegExp(`node "${name}" .*mixes the images of a batch, or loses sight of them`);
    expect(() => importModel(modelBytes({ ...sequence, nodes }))).toThrow(refused);
  });
});

describe('bad files', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['no bytes', new Uint8Array(), /not an ONNX model: they have no graph/],
    ['other bytes', new TextEncoder().encode('hello, world'), /not an ONNX model/],
    ['truncated bytes', bytes.subarray(0, bytes.length - 9), /the file is incomplete/],
    ['an old operator set', changed({ opset: 8 }), /operator set 8, must use 9 to 23/],
    ['a new operator set', changed({ opset: 99 }), /operator set 99, must use 9 to 23/],
    [
      'unknown operators',
      replaced('relu', { op: 'Frobnicate' }),
      /not supported, with their nodes: Frobnicate \("relu"\)/,
    ],
    ['another domain', replaced('relu', { domain: 'com.microsoft' }), /com\.microsoft\.Relu \("relu"\)/],
    ['a property of all objects as operator', replaced('relu', { op: 'constructor' }), /constructor \("relu"\)/],
    [
      'a subgraph',
      replaced('relu', { attributes: { body: { g: 'graph' } } }),
      /node "relu".*attribute "body" is of type 5/,
    ],
    [
      'an attribute that is unknown',
      replaced('relu', { attributes: { slope: { f: 1 } } }),
      /"relu" \(Relu\): attribute "slope"/,
    ],
    [
      'an attribute of a wrong type',
      replaced('conv', { attributes: { group: { s: 'two' } } }),
      /attribute "group" = "two"/,
    ],
    ['a cycle', replaced('conv', { inputs: ['relu', 'conv.weight'] }), /cycle: "conv" \(Conv\), "relu" \(Relu\), "bn"/],
    [
      'a missing initializer',
      replaced('conv', { inputs: ['images', 'gone'] }),
      /"conv" \(Conv\): its input "gone" is not defined/,
    ],
    ['an input too few', replaced('fc', { inputs: ['flat'] }), /"fc" \(Gemm\): has 1 inputs, must have 2 to 3/],
    ['a missing output', changed({ outputs: ['gone'] }), /"gone"/],
    ['two outputs', changed({ outputs: ['p', 'fc'] }), /2 outputs \("p", "fc"\), must have one/],
    [
      'two inputs',
      changed({ inputs: [...small.inputs, ['more', [1]]] }),
      /2 inputs \("images", "more"\), must have one/,
    ],
    [
      'images of integers',
      changed({ inputs: [['images', ['N', 3, 4, 4], 'int64']] }),
      /is int64\[N,3,4,4\], must be images/,
    ],
    ['images of three axes', changed({ inputs: [['images', [3, 4, 4]]] }), /must be images/],
    [
      'weights of integers',
      changed({ initializers: { ...small.initializers, 'conv.weight': zeros('int32', [2, 3, 3, 3]) } }),
      /"conv".*must be float32/,
    ],
    [
      'weights of another shape',
      changed({ initializers: { ...small.initializers, 'fc.weight': values([5, 3]) } }),
      /"fc" \(Gemm\).*must have inner size 2, has 3/,
    ],
    [
      'too little data',
      changed({ initializers: { ...small.initializers, 'fc.bias': { ...values([5]), shape: [2 ** 40] } } }),
      /"fc.bias" of shape \[1099511627776\] must have/,
    ],
    [
      'gigantic padding',
      replaced('conv', { attributes: { pads: { ints: [2 ** 40, 0, 0, 0] } } }),
      /"conv" \(Conv\): has an output .* must have at most \d+ elements/,
    ],
    [
      'logits of four axes',
      changed({ outputs: ['pool'] }),
      /output "pool" has shape \[N,2,1,1\], must be one logit a class/,
    ],
    [
      'no layer',
      changed({ outputs: ['flat'], nodes: [node('Flatten', ['images'], 'flat')] }),
      /there is nothing to score/,
    ],
  ])('%s', (_, file, message) => {
    expect(() => importModel(file)).toThrow(ModelError);
    expect(() => importModel(file)).toThrow(message);
  });

  it('an image that is repeated without end', () => {
    const shape = tensor('int64', [4], BigInt64Array.of(1n, 3n, 4n, 2n ** 50n));
    const nodes = [
      node('Expand', ['images', 'huge'], 'e'),
      ...small.nodes.map((n) => (n.name === 'conv' ? { ...n, inputs: ['e', 'conv.weight'] } : n)),
    ];
    const file = changed({
      inputs: [['images', ['N', 3, 4, 1]]],
      initializers: { ...small.initializers, huge: shape },
      nodes,
    });
    expect(() => importModel(file)).toThrow(/"e" \(Expand\): has an output .* must have at most/);
  });

  it('shapes of negative and of fractional sizes', () => {
    const reshaped = (shape: Tensor) =>
      changed({
        inputs: [['images', [2, 3, 4, 4]]],
        initializers: { ...small.initializers, shape },
        nodes: [
          node('Reshape', ['images', 'shape'], 'r'),
          ...small.nodes.map((n) => (n.name === 'conv' ? { ...n, inputs: ['r', 'conv.weight'] } : n)),
        ],
      });
    for (const shape of [int64([7, -1]), int64([-5, 3]), float32([0.3, 0.7]), int64([0, 0, 0])]) {
      expect(() => importModel(reshaped(shape))).toThrow(/node "r" \(Reshape\)/);
    }
    const expanded = changed({
      initializers: { ...small.initializers, shape: int64([5, -180]), one: float32([1], [1, 1]) },
      nodes: [node('Expand', ['one', 'shape'], 'e'), ...small.nodes],
    });
    expect(() => importModel(expanded)).toThrow('node "e" (Expand): has an output with a negative size: [5,-180]');
  });

  it('other images and classes than the data set has', () => {
    expect(() => importModel(bytes, { imageShape: [3, 8, 8] })).toThrow(
      'takes images [3,4,4], the data set has [3,8,8]',
    );
    expect(() => importModel(bytes, { classes: 10 })).toThrow('has 5 classes, the data set has 10');
  });
});

it('a batch that does not fit in memory is refused with one that does', () => {
  const size = { weights: 1e6, activations: 2 ** 24, widest: 2 ** 24 };
  expect(() => checkMemory(size, 16)).not.toThrow();
  expect(() => checkMemory(size, 64)).toThrow(/64 images at once .* must take at most \d+: a batch of 31 fits/);
  expect(() => checkMemory({ ...size, widest: MODEL_LIMITS.passBytes }, 1)).toThrow('not one image fits');
});

/** Whatever the bytes are: a model, or a ModelError. */
function survives(file: Uint8Array): boolean {
  try {
    importModel(file);
    return true;
  } catch (error) {
    if (error instanceof ModelError) return true;
    throw error;
  }
}

it('altered, cut and spliced files are models or are refused', () => {
  const position = fc.nat({ max: bytes.length - 1 });
  const edit = fc.oneof(
    fc.tuple(position, fc.integer({ min: 0, max: 255 })).map(
      ([at, value]) =>
        (b: Uint8Array) =>
          b.with(at % b.length, value),
    ),
    position.map((at) => (b: Uint8Array) => b.slice(0, Math.max(1, at))),
    fc.tuple(position, position).map(
      ([a, b]) =>
        (file: Uint8Array) =>
          Uint8Array.from([...file.slice(0, a), ...file.slice(b)]),
    ),
    fc.tuple(position, fc.uint8Array({ maxLength: 8 })).map(
      ([at, more]) =>
        (b: Uint8Array) =>
          Uint8Array.from([...b.slice(0, at), ...more, ...b.slice(at)]),
    ),
  );
  const property = fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) =>
    survives(edits.reduce((b, change) => (b.length === 0 ? b : change(b)), bytes)),
  );
  fc.assert(property, { numRuns: 3000 });
});
