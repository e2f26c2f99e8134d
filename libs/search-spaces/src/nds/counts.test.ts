import { flops, parameterCount } from '@gradsign/network';
import { Random, Stream } from '@gradsign/random';
import type { Cell, NdsArchitecture } from './architecture';
import { amoeba, darts, enas, nasnet, pnas } from './design-space';
import { ndsNetwork } from './network';
import type { Operation } from './operations';
import { parseNds } from './notation';
import { sampleNds } from './variation';

const CIFAR10 = { imageShape: [3, 32, 32], classes: 10 } as const;
const IMAGENET = { imageShape: [3, 224, 224], classes: 1000 } as const;

const DARTS_V2 = {
  normal: [
    ...[
      ['sep_conv_3x3', 0],
      ['sep_conv_3x3', 1],
      ['sep_conv_3x3', 0],
      ['sep_conv_3x3', 1],
    ],
    ...[
      ['sep_conv_3x3', 1],
      ['skip_connect', 0],
      ['skip_connect', 0],
      ['dil_conv_3x3', 2],
    ],
  ],
  normal_concat: [2, 3, 4, 5],
  reduce: [
    ...[
      ['max_pool_3x3', 0],
      ['max_pool_3x3', 1],
      ['skip_connect', 2],
      ['max_pool_3x3', 1],
    ],
    ...[
      ['max_pool_3x3', 0],
      ['skip_connect', 2],
      ['skip_connect', 2],
      ['max_pool_3x3', 1],
    ],
  ],
  reduce_concat: [2, 3, 4, 5],
};
const PDARTS = {
  normal: [
    ...[
      ['skip_connect', 0],
      ['dil_conv_3x3', 1],
      ['skip_connect', 0],
      ['sep_conv_3x3', 1],
    ],
    ...[
      ['sep_conv_3x3', 1],
      ['sep_conv_3x3', 3],
      ['sep_conv_3x3', 0],
      ['dil_conv_5x5', 4],
    ],
  ],
  normal_concat: [2, 3, 4, 5],
  reduce: [
    ...[
      ['avg_pool_3x3', 0],
      ['sep_conv_5x5', 1],
      ['sep_conv_3x3', 0],
      ['dil_conv_5x5', 2],
    ],
    ...[
      ['max_pool_3x3', 0],
      ['dil_conv_3x3', 1],
      ['dil_conv_3x3', 1],
      ['dil_conv_5x5', 3],
    ],
  ],
  reduce_concat: [2, 3, 4, 5],
};

// The sizes that the code of DARTS and P-DARTS prints ("param size = 3.349342MB"), without the auxiliary head.
test.each([
  ['DARTS', DARTS_V2, { width: 36, depth: 20 }, CIFAR10, 3_349_342],
  ['DARTS on ImageNet', DARTS_V2, { width: 48, depth: 14 }, IMAGENET, 4_718_752],
  ['P-DARTS', PDARTS, { width: 36, depth: 20 }, CIFAR10, 3_433_798],
] as const)('%s has the published number of parameters', (_, genotype, sizes, images, params) => {
  const architecture = parseNds(darts, JSON.stringify({ genotype, ...sizes }));
  expect(parameterCount(ndsNetwork('nds-darts', architecture, images))).toBe(params);
});

interface Costs {
  params: number;
  flops: number;
}

/** Counts by hand, layer after layer. */
class Ledger implements Costs {
  params = 0;
  flops = 0;

  /** A convolution without bias from `from` to `to` channels: `taps` weights a pair of channels. */
  conv(taps: number, from: number, to: number, pixels: number): void {
    this.params += taps * from * to;
    this.flops += taps * from * to * pixels;
  }

  norm(channels: number): void {
    this.params += 2 * channels;
  }
}

/** An operation on [c, side, side], side even. */
function operation(ledger: Ledger, name: Operation, c: number, side: number, stride: number): void {
  const [family, size] = /^(.*?)_?(\dx\d.*)?$/.exec(name)!.slice(1);
  const k = Number(size?.[0] ?? 0);
  const out = (side / stride) ** 2;
  const depthwise = () => {
    ledger.conv(k * k, c, 1, out);
    ledger.conv(1, c, c, out);
    ledger.norm(c);
  };
  switch (family) {
    case 'none':
    case 'avg_pool':
    case 'max_pool':
      return;
    case 'skip_connect':
      if (stride === 2) {
        ledger.conv(1, c, c, out);
        ledger.norm(c);
      }
      return;
    case 'dil_conv':
      return depthwise();
    case 'sep_conv':
    case 'dil_sep_conv':
      depthwise();
      return depthwise();
    case 'conv':
      if (name.length > 'conv_3x3'.length) {
        ledger.conv(k, c, c, (side * side) / stride);
        ledger.conv(k, c, c, out);
      } else {
        ledger.conv(k * k, c, c, out);
      }
      return ledger.norm(c);
    default:
      throw new Error(name);
  }
}

function byHand({ normal, reduce, width, depth }: NdsArchitecture): Costs {
  const ledger = new Ledger();
  ledger.conv(9, 3, 3 * width, 1024);
  ledger.norm(3 * width);
  let [older, newer, c, side] = [3 * width, 3 * width, width, 32];
  for (let i = 0; i < depth; i++) {
    const reduces = i === Math.floor(depth / 3) || i === Math.floor((2 * depth) / 3);
    const cell: Cell = reduces ? reduce : normal;
    if (reduces) c *= 2;
    for (const channels of [older, newer]) {
      // A factorized reduction has as many weights as a conv1x1, and as many outputs as the smaller input.
      ledger.conv(1, channels, c, side * side);
      ledger.norm(c);
    }
    for (const { operation: name, source } of cell.edges) {
      const strided = reduces && source < 2;
      operation(ledger, name, c, reduces && !strided ? side / 2 : side, strided ? 2 : 1);
    }
    [older, newer] = [newer, c * cell.concat.length];
    if (reduces) side /= 2;
  }
  ledger.params += newer * 10 + 10;
  ledger.flops += newer * 10 + 10;
  return ledger;
}

test.each([darts, enas, pnas, nasnet, amoeba].map((space) => [space.name, space] as const))(
  '%s: parameters and multiply-adds are those by hand, for every operation',
  (name, space) => {
    const random = new Random(Stream.of(11, 'test', name));
    const seen = new Set<string>();
    for (let i = 0; i < 12; i++) {
      const architecture = sampleNds(space, random);
      [...architecture.normal.edges, ...architecture.reduce.edges].forEach((edge) => seen.add(edge.operation));
      const network = ndsNetwork(name, architecture, CIFAR10);
      const { params, flops: multiplyAdds } = byHand(architecture);
      expect([parameterCount(network), flops(network.graph)]).toEqual([params, multiplyAdds]);
    }
    expect(seen.size).toBe(space.operations.length);
  },
);
