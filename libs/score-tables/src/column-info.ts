import { createHash } from 'node:crypto';
import { z } from 'zod';

/** All that the scores of a column have in common: their identity without the architecture, and what describes it. */
const schema = z.object({
  proxy: z.string(),
  higherIsBetter: z.boolean(),
  space: z.string(),
  /** Name of the data set whose shape and classes the networks have, and whose images were used. */
  dataset: z.string(),
  imageShape: z.array(z.number()),
  classes: z.number(),
  network: z.object({ variant: z.string(), channels: z.number(), cellsPerStage: z.number() }),
  /** Decimal digits: a 64-bit integer. */
  seed: z.string(),
  initializations: z.number(),
  /** 0 for proxies that use no images. */
  batchSize: z.number(),
  /** SHA-256 of the mini-batch; empty for proxies that use none. */
  batchDigest: z.string(),
  normalization: z.string(),
  engine: z.string(),
  device: z.string(),
  scoreDefinitionVersion: z.number(),
});

export type ColumnInfo = z.infer<typeof schema>;

/** @throws z.ZodError for JSON that is not a column's. */
export function parseColumnInfo(json: string): ColumnInfo {
  return schema.parse(JSON.parse(json));
}

/** What decides whether a column answers a request: equal keys have equal scores. */
export function columnKey(
  info: Omit<ColumnInfo, 'higherIsBetter' | 'dataset' | 'batchSize' | 'normalization'>,
): string {
  const { proxy, space, imageShape, classes, network, seed, initializations, batchDigest, engine, device } = info;
  const parts = [
    info.scoreDefinitionVersion,
    proxy,
    space,
    imageShape,
    classes,
    [network.variant, network.channels, network.cellsPerStage],
    seed,
    initializations,
    batchDigest,
    engine,
    device,
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
