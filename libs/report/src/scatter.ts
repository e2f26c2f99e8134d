import { axis, tickLabel, type AxisScale } from './axis';

/** A scatter plot. */
export interface ScatterPlot {
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly title: string;
  /** A line below the title. */
  readonly note?: string;
  /** Default linear; on a log scale points at or below 0 are left out. */
  readonly xScale?: AxisScale;
}

const WIDTH = 640;
const HEIGHT = 440;
const MARGIN = { left: 72, right: 20, top: 56, bottom: 52 };

/** The plot as an SVG document. Points that are not finite are left out. */
export function scatterSvg({ points, xLabel, yLabel, title, note, xScale = 'linear' }: ScatterPlot): string {
  const shown = points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y) && (xScale === 'linear' || x > 0));
  const x = axis(
    shown.map((p) => p.x),
    MARGIN.left,
    WIDTH - MARGIN.right,
    xScale,
  );
  const y = axis(
    shown.map((p) => p.y),
    HEIGHT - MARGIN.bottom,
    MARGIN.top,
  );
  const bottom = HEIGHT - MARGIN.bottom;
  const radius = shown.length > 2000 ? 1.2 : 2.2;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="12" fill="#222">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    text(MARGIN.left, 24, title, 'font-size="15" font-weight="bold"'),
    note === undefined ? '' : text(MARGIN.left, 43, note, 'fill="#666"'),
    ...x.ticks.map((tick) => {
      const at = round(x.at(tick));
      const grid = `<line x1="${at}" y1="${MARGIN.top}" x2="${at}" y2="${bottom}" stroke="#eee"/>`;
      return grid + text(at, bottom + 18, tickLabel(tick), 'text-anchor="middle"');
    }),
    ...y.ticks.map((tick) => {
      const at = round(y.at(tick));
      const grid = `<line x1="${MARGIN.left}" y1="${at}" x2="${WIDTH - MARGIN.right}" y2="${at}" stroke="#eee"/>`;
      return grid + text(MARGIN.left - 8, at + 4, tickLabel(tick), 'text-anchor="end"');
    }),
    `<path d="M${MARGIN.left} ${MARGIN.top}V${bottom}H${WIDTH - MARGIN.right}" fill="none" stroke="#444"/>`,
    ...shown.map(
      (p) =>
        `<circle cx="${round(x.at(p.x))}" cy="${round(y.at(p.y))}" r="${radius}" fill="#1f77b4" fill-opacity="0.5"/>`,
    ),
    text((MARGIN.left + WIDTH - MARGIN.right) / 2, HEIGHT - 12, xLabel, 'text-anchor="middle"'),
    `<g transform="translate(18 ${(MARGIN.top + bottom) / 2}) rotate(-90)">${text(0, 0, yLabel, 'text-anchor="middle"')}</g>`,
    '</svg>',
  ];
  return parts.filter((part) => part !== '').join('\n') + '\n';
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function text(x: number, y: number, content: string, attributes: string): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escaped}</text>`;
}
