import { axis, tickLabel } from './axis';
import { scatterSvg, table, toCsv } from '.';

test('a table aligns numbers to the right and text to the left', () => {
  expect(
    table([
      { proxy: 'gradsign', rho: 0.8 },
      { proxy: 'random', rho: -0.01, note: 'control' },
    ]),
  ).toBe(['proxy       rho  note', 'gradsign    0.8', 'random    -0.01  control'].join('\n'));
});

test('CSV quotes what needs it', () => {
  expect(toCsv([{ a: 'x,"y"', b: 1 }])).toBe('a,b\n"x,""y""",1\n');
});

test('every finite point is a circle inside the axes, and labels are escaped', () => {
  const points = [
    { x: 0, y: 10 },
    { x: 5e6, y: 90 },
    { x: -Infinity, y: 3 },
  ];
  const svg = scatterSvg({ points, xLabel: 'a < b', yLabel: 'accuracy', title: 'T & U' });
  const circles = [...svg.matchAll(/cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)]);
  expect(circles).toHaveLength(2);
  for (const [x, y] of circles) {
    expect(x).toBeGreaterThanOrEqual(72);
    expect(x).toBeLessThanOrEqual(620);
    expect(y).toBeGreaterThanOrEqual(56);
    expect(y).toBeLessThanOrEqual(388);
  }
  expect(svg).toContain('a &lt; b');
  expect(svg).toContain('T &amp; U');
  expect(svg).toContain('>5M<');
});

test('a log axis has powers of ten as ticks and equal room for equal ratios', () => {
  const log = axis([3, 40, 900], 0, 300, 'log');
  expect(log.ticks).toEqual([1, 10, 100, 1000]);
  expect([1, 10, 100, 1000].map((v) => Math.round(log.at(v)))).toEqual([0, 100, 200, 300]);
  const wide = axis([1e-3, 1e90], 0, 100, 'log');
  expect(wide.ticks.length).toBeLessThan(9);
  expect(wide.at(1e90)).toBeLessThanOrEqual(100);
  const plot = { points: [0, -1, 10, 100].map((x) => ({ x, y: 1 })), xLabel: '', yLabel: '', title: '' };
  expect(scatterSvg({ ...plot, xScale: 'log' }).match(/<circle/g)).toHaveLength(2);
});

test.each([[[]], [[0]], [[5]], [[1e20]], [[-1e-9]], [Array.from({ length: 300_000 }, (_, i) => i)]])(
  'a linear axis covers its values, however few, large or many (%#)',
  (values: number[]) => {
    const { ticks, at } = axis(values, 0, 100);
    expect(ticks.length).toBeGreaterThanOrEqual(2);
    expect(ticks.length).toBeLessThan(12);
    for (const value of values.slice(-3)) {
      expect(at(value)).toBeGreaterThanOrEqual(0);
      expect(at(value)).toBeLessThanOrEqual(100);
    }
  },
);

test('tick labels stay short', () => {
  expect([0.1 + 0.2, 12_000, 3.5e6, 1e12, 2.5e20, -5e6].map(tickLabel)).toEqual([
    '0.3',
    '12k',
    '3.5M',
    '1e+12',
    '2.5e+20',
    '-5M',
  ]);
});
