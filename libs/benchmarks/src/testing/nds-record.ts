import type { SearchSpace } from '@gradsign/search-spaces';

/** A record as a file of NDS has it, with values that only look like a benchmark's. */
export function ndsRecord(space: SearchSpace, architecture: unknown, epochs = 100, seed = 1) {
  const net = JSON.parse(space.format(architecture)) as Record<string, unknown>;
  const errors = (end: number) =>
    Array.from({ length: epochs }, (_, i) => end + 80 * Math.exp((-6 * (i + 1)) / epochs));
  return {
    job_id: 7,
    rng_seed: seed,
    params: 1_234_567,
    flops: 201_326_592,
    net: { ...net, aux: false, drop_prob: 0.1 },
    optim: { max_ep: epochs, base_lr: 0.1, wd: 0.0005 },
    iter_time: 0.12,
    min_test_top1: 7.25,
    test_ep_top1: errors(7),
    train_ep_top1: errors(0.5),
    train_ep_loss: errors(0.25).map((value) => value / 20),
  };
}
