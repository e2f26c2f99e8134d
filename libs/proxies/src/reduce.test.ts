import { float32, type Tensor } from '@gradsign/onnx';
import { Stream } from '@gradsign/random';
import { jacobianScore } from './jacob-cov';
import { addKernel } from './naswot';
import type { GraphProxy } from './proxy';
import { proxies } from './registry';

const layers = [
  { path: 'a', values: float32([1, -2, 3]) },
  { path: 'b', values: float32([0.5], [1, 1]) },
];

const reduce = (id: string, outputs: readonly Tensor[], batchSize = 4) =>
  (proxies.get(id) as GraphProxy).reduce(outputs, { layers, batchSize });

describe('sums of steps', () => {
  // Of 4 samples: all positive; two of each sign; one positive and three zero; all negative.
  const outputs = [float32([4, 2, 2.5]), float32([0], [1, 1])];

  it('become absolute sums of signs', () => {
    expect(reduce('gradsign', outputs)).toEqual({ value: 4 + 0 + 1 + 4, weights: 4, nanCount: 0 });
    expect(reduce('gradsign_squared', outputs)).toEqual({ value: 16 + 0 + 1 + 16, weights: 4, nanCount: 0 });
    expect(reduce('gradsign_mean', outputs)).toEqual({ value: 9 / 4, weights: 4, nanCount: 0 });
  });

  it('leave out NaN, and count it', () => {
    const broken = [float32([4, NaN, 2.5]), float32([NaN], [1, 1])];
    expect(reduce('gradsign', broken)).toEqual({ value: 5, weights: 4, nanCount: 2 });
    expect(reduce('gradsign_mean', broken).value).toBe(5 / 2);
    expect(reduce('gradsign_mean', [float32([NaN])]).value).toBe(0);
    expect(reduce('gradsign_mean', [])).toEqual({ value: 0, weights: 0, nanCount: 0 });
  });

  it('have E|Σ| = B·C(B − 1, B/2)·2^(1 − B) for random signs, 6.36 a weight at B = 64', () => {
    const [batch, weights] = [64, 20_000];
    const coins = Stream.of(42, 'coins');
    const sums = Float32Array.from({ length: weights }, (_, k) => {
      let sum = 0;
      for (let i = 0; i < batch; i++) sum += coins.uniform(k * batch + i) < 0.5 ? 0 : 1;
      return sum;
    });
    const { value } = reduce('gradsign', [float32(sums)], batch);
    // Standard deviation of |Σ|: √(64 − 6.36²) = 4.85.
    expect(Math.abs(value / weights - 6.358)).toBeLessThan((4 * 4.85) / Math.sqrt(weights));
  });
});

describe('the batch gradient', () => {
  const outputs = [float32([3, 4, 0]), float32([-2], [1, 1])];

  it('becomes the sum of the norms of the layers, and the sum of |weight × gradient|', () => {
    expect(reduce('grad_norm', outputs)).toEqual({ value: 5 + 2, weights: 4, nanCount: 0 });
    expect(reduce('snip', outputs)).toEqual({ value: 3 + 8 + 0 + 1, weights: 4, nanCount: 0 });
  });

  it('becomes the sum of weight × gradient; with its Hessian, minus that of weight × (Hessian · gradient)', () => {
    expect(reduce('plain', outputs)).toEqual({ value: 3 - 8 + 0 - 1, weights: 4, nanCount: 0 });
    expect(reduce('grasp', outputs)).toEqual({ value: -3 + 8 + 0 + 1, weights: 4, nanCount: 0 });
  });

  it('shows NaN', () => {
    for (const id of ['grad_norm', 'snip', 'plain', 'grasp']) {
      expect(reduce(id, [float32([3, NaN, 0]), outputs[1]])).toEqual({ value: NaN, weights: 4, nanCount: 1 });
    }
  });
});

describe('saliencies of outputs', () => {
  it('become half the mean of their squares, once for each weight of the channel', () => {
    // Two samples. Three channels of one weight each, then one channel of one weight that is used twice.
    const outputs = [float32([1, 2, 0, 3, 0, 4], [2, 3]), float32([1, 2, 3, 4], [4, 1])];
    const value = (1 + 4 + 9 + 16) / 4 + (1 + 4 + 9 + 16) / 4;
    expect(reduce('fisher', outputs, 2)).toEqual({ value, weights: 4, nanCount: 0 });
    // A single channel of three weights.
    expect(reduce('fisher', [float32([1, 3], [2, 1])], 2).value).toBe((3 * (1 + 9)) / 4);
  });

  it('show NaN', () => {
    const result = reduce('fisher', [float32([1, NaN], [2, 1]), float32([0, 0], [2, 1])], 2);
    expect(result).toEqual({ value: NaN, weights: 4, nanCount: 3 });
  });
});

describe('input gradients', () => {
  it('become the score of the eigenvalues of their correlations', () => {
    const score = (...eigenvalues: number[]) =>
      -eigenvalues.reduce((sum, v) => sum + Math.log(v + 1e-5) + 1 / (v + 1e-5), 0);
    // Correlation ½: eigenvalues ½ and 1½.
    expect(
      jacobianScore(
        [1, -1, 0, 0, 1, -1].map((v, k) => (k < 3 ? v : -v)),
        2,
      ),
    ).toBeCloseTo(score(0.5, 1.5), 10);
    expect(jacobianScore([1, -1, 1, -1, 1, 1, -1, -1], 2)).toBeCloseTo(score(1, 1), 10);
    // Rows that are multiples of one another: a singular matrix.
    expect(jacobianScore([1, 2, 4, 2, 4, 8], 2)).toBeCloseTo(score(0, 2), 3);
  });

  it('are NaN with a constant row or one that is not finite', () => {
    expect(jacobianScore([1, 2, 3, 3], 2)).toBeNaN();
    expect(jacobianScore([1, 2, 3, NaN], 2)).toBeNaN();
    expect(jacobianScore([1, 2, 3, Infinity], 2)).toBeNaN();
  });
});

it('counts for each pair of samples the units that both have in the same state', () => {
  const patterns = [
    [1, 1, 0, 0, 0],
    [1, 0, 0, 1, 0],
    [0, 0, 0, 0, 0],
  ];
  const count = (f: (a: number, b: number) => boolean) =>
    patterns.flatMap((p) => patterns.map((q) => p.filter((a, k) => f(a, q[k])).length));
  const kernel = new Float64Array(9).fill(100);
  addKernel(
    kernel,
    count((a, b) => a === 1 && b === 1),
    3,
    5,
  );
  expect([...kernel]).toEqual(count((a, b) => a === b).map((n) => 100 + n));
});
