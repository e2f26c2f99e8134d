export type AxisScale = 'linear' | 'log';

/** Where values of one dimension lie on the page. */
export interface Axis {
  readonly ticks: readonly number[];
  /** Page coordinate of a value. */
  at(value: number): number;
}

/**
 * An axis from page coordinate `from` to `to` that covers the finite values and ends at ticks. Linear: ticks at 1, 2
 * or 5 times a power of ten apart. Log: values are positive and ticks are powers of ten.
 */
export function axis(values: readonly number[], from: number, to: number, scale: AxisScale = 'linear'): Axis {
  const map = scale === 'log' ? Math.log10 : (value: number) => value;
  const { low, high } = range(values.map(map));
  const step = niceStep((high - low) / 6, scale === 'log' ? 1 : 0);
  const first = Math.floor(low / step);
  const last = Math.max(Math.ceil(high / step), first + 1);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  return {
    ticks: scale === 'log' ? ticks.map((exponent) => 10 ** exponent) : ticks,
    at: (value) => from + ((map(value) / step - first) / (last - first)) * (to - from),
  };
}

/** A number of at most six characters or so: 12k, 3.5M, 1e+12. */
export function tickLabel(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return value.toPrecision(3).replace(/\.?0*e/, 'e');
  if (size >= 1e6) return `${Number((value / 1e6).toPrecision(4))}M`;
  if (size >= 1e4) return `${Number((value / 1e3).toPrecision(4))}k`;
  return String(Number(value.toPrecision(6)));
}

/** A single value gets room on both sides, in proportion to its size. */
function range(values: readonly number[]): { low: number; high: number } {
  if (values.length === 0) return { low: 0, high: 1 };
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const room = low === high ? Math.max(1, Math.abs(low) / 10) : 0;
  return { low: low - room, high: high + room };
}

/** The least of 1, 2, 5 times a power of ten that is not below `step` and `least`. */
function niceStep(step: number, least: number): number {
  const wanted = Math.max(step, least);
  const power = 10 ** Math.floor(Math.log10(wanted));
  return power * ([1, 2, 5].find((m) => m * power >= wanted) ?? 10);
}
