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
