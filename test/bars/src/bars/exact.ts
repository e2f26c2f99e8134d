import { atMost, type Bar, type Check } from '../bar';
import { differences, layerDifferences, type Difference, type LayerDifference, type Subject } from '../equality';
import { drawArchitectures, sampleArchitectures } from '../sample';
import { SEED } from '../score-request';
import { scaled } from '../statistics';

const PROXIES = [
  'gradsign',
  'grad_norm',
  'snip',
  'fisher',
  'synflow',
  'naswot',
  'l2_norm',
  'params',
  'flops',
  'live_weights',
  'plain',
  'grasp',
];
const NDS = ['nds-darts', 'nds-enas', 'nds-amoeba', 'nds-pnas', 'nds-nasnet'];

/** plain and grasp are sums that cancel: theirs is relative to the sum of their terms' absolute values. */
const TOLERANCE = 1e-3;

/** Small enough for the reference engine. NAS-Bench-101 needs a channel for each vertex that feeds the output. */
const SMALL = { batchSize: 4, channels: 8, cellsPerStage: 1 };

interface Group {
  readonly name: string;
  readonly subjects: readonly Subject[];
}

export const exact: Bar = {
  name: 'exact',
  description:
    'every proxy of networks of NAS-Bench-201, NAS-Bench-101 and NDS equals its definition in PyTorch within 1e-3 ' +
    'relative: in float32, or in float64 where the rounding of float32 alone is larger',
  async run({ scale, folder, log }) {
    const groups = groupsOf(scale);
    const rows: (Difference & { space: string; precision: 'float32' | 'float64' })[] = [];
    const layers: (LayerDifference & { space: string })[] = [];
    const checks: Check[] = [];
    for (const { name, subjects } of groups) {
      for (const subject of subjects) {
        const { space } = subject;
        const found = await differences(folder, subject, PROXIES);
        const small = await differences(folder, { ...subject, ...SMALL }, PROXIES, 'reference');
        rows.push(...found.map((row) => ({ ...row, space, precision: 'float32' as const })));
        rows.push(...small.map((row) => ({ ...row, space, precision: 'float64' as const })));
        if (NDS.includes(space)) {
          layers.push(...(await layerDifferences(folder, subject)).map((row) => ({ ...row, space })));
        }
        log(`${space}: ${subject.architectures.length} architectures`);
      }
      const worst = (proxy: string, precision: string) =>
        largest(
          rows.filter((row) => row.proxy === proxy && row.precision === precision && spaceOf(subjects, row.space)),
        );
      for (const proxy of PROXIES) {
        const what = `${name}, ${proxy}: largest relative difference`;
        const [float32, float64] = [worst(proxy, 'float32'), worst(proxy, 'float64')];
        const inFloat32 = `float32: ${float32.toExponential(1)}`;
        if (float32 <= TOLERANCE) checks.push(atMost(what, float32, TOLERANCE));
        else if (name === 'nds' && proxy === 'gradsign') checks.push(layerCheck(what, layers, inFloat32));
        else checks.push(atMost(`${what} in float64 (${inFloat32})`, float64, TOLERANCE));
      }
    }
    const sizes = groups.flatMap(({ subjects }) => subjects.map((s) => ({ ...s, architectures: undefined })));
    return { checks, figures: { sizes, sizeInFloat64: SMALL, rows, gradsignByLayers: layers } };
  },
};

function groupsOf(scale: number): Group[] {
  const few = (full: number) => scaled(full, scale);
  const nds = NDS.map((space) => {
    return { space, architectures: drawArchitectures(space, few(2), SEED), batchSize: 16, channels: 8 };
  });
  const of101 = drawArchitectures('nas-bench-101', few(5), SEED);
  return [
    {
      name: 'nas-bench-201',
      subjects: [{ space: 'nas-bench-201', architectures: sampleArchitectures(few(10)), batchSize: 32 }],
    },
    {
      name: 'nas-bench-101',
      subjects: [{ space: 'nas-bench-101', architectures: of101, batchSize: 16, channels: 32 }],
    },
    { name: 'nds', subjects: nds },
  ];
}

function spaceOf(subjects: readonly Subject[], space: string): boolean {
  return subjects.some((subject) => subject.space === space);
}

/**
 * The last cell of an NDS network ends in normalisations without an activation, so parts of it, or even the whole
 * network, do not change the mean over the plane, and the signs of their gradients are those of rounding errors in
 * any precision. What can be equal are the other layers.
 */
function layerCheck(what: string, layers: readonly LayerDifference[], inFloat32: string): Check {
  const without = Math.max(...layers.map(({ weightsWithoutGradient }) => weightsWithoutGradient));
  const remark = `all layers, ${inFloat32}; up to ${Math.round(100 * without)} % of a network's weights are in the others`;
  return atMost(`${what} of the layers that have a gradient (${remark})`, largest(layers), TOLERANCE);
}

function largest(rows: readonly { readonly relative: number }[]): number {
  return Math.max(...rows.map(({ relative }) => relative));
}
