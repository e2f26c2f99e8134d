import type { Normalization } from '@gradsign/dataset';

/** Counts the values of each channel: exact, whatever the order. */
export class ChannelStatistics {
  private readonly counts: Float64Array[];

  /** @param plane pixels of an image's channel */
  constructor(
    channels: number,
    private readonly plane: number,
  ) {
    this.counts = Array.from({ length: channels }, () => new Float64Array(256));
  }

  /** Adds an image, C·H·W bytes. */
  add(image: Uint8Array): void {
    this.counts.forEach((counts, c) => {
      for (const value of image.subarray(c * this.plane, (c + 1) * this.plane)) counts[value]++;
    });
  }

  /** Mean and standard deviation of each channel's values, divided by 255. A deviation is 0 where all are equal. */
  normalization(): Normalization {
    const moments = this.counts.map((counts) => {
      const total = counts.reduce((sum, count) => sum + count, 0);
      const mean = counts.reduce((sum, count, value) => sum + count * value, 0) / total;
      const variance = counts.reduce((sum, count, value) => sum + count * (value - mean) ** 2, 0) / total;
      return { mean: mean / 255, std: Math.sqrt(variance) / 255 };
    });
    return { mean: moments.map(({ mean }) => mean), std: moments.map(({ std }) => std) };
  }
}
