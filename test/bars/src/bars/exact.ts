import { createOnnxRuntimeEngine } from '@gradsign/engine-onnxruntime';
import { ReferenceEngine } from '@gradsign/engine-reference';
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
/** Their last cells' outputs are partly normalised planes: see `ofLayers`. */
const NDS = ['nds-darts', 'nds-enas', 'nds-amoeba', 'nds-pnas', 'nds-nasnet'];

/** plain and grasp are sums that cancel: theirs is relative to the sum of their terms' absolute values. */
const TOLERANCE = 1e-3;

/** Small enough for the reference engine. NAS-Bench-101 needs a channel for each vertex that feeds the output. */
const SMALL = { batchSize: 4, channels: 6, cellsPerStage: 1 };

interface Measured {
  readonly group: string;
  readonly space: string;
  readonly precision: 'float32' | 'float64';
}

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
    const rows: (Difference & Measured)[] = [];
    const layers: (LayerDifference & Measured)[] = [];
    const checks: Check[] = [];
    for (const { name, subjects } of groups) {
      for (const subject of subjects) {
        const { space } = subject;
        const precisions = [
          { precision: 'float32', subject, engine: undefined, create: createOnnxRuntimeEngine },
          {
            precision: 'float64',
            subject: { ...subject, ...SMALL },
            engine: 'reference',
            create: () => new ReferenceEngine(),
          },
        ] as const;
        for (const { precision, subject, engine, create } of precisions) {
          const measured = { group: name, space, precision };
          const found = await differences(folder, subject, PROXIES, engine);
          rows.push(...found.map((row) => ({ ...row, ...measured })));
          if (name !== 'nds') continue;
          layers.push(...(await layerDifferences(folder, subject, create())).map((row) => ({ ...row, ...measured })));
        }
        log(`${space}: ${subject.architectures.length} architectures`);
      }
      for (const proxy of PROXIES) {
        const ofProxy = rows.filter((row) => row.group === name && row.proxy === proxy);
        const what = `${name}, ${proxy}: largest relative difference`;
        const whole = largest(ofProxy, 'float32');
        if (whole <= TOLERANCE || name !== 'nds' || proxy !== 'gradsign') checks.push(check(what, ofProxy));
        else checks.push(check(`${what} of the layers that have a gradient (${ofLayers(layers, whole)})`, layers));
      }
    }
    const sizes = groups.flatMap(({ subjects }) => subjects.map((s) => ({ ...s, architectures: undefined })));
    return { checks, figures: { sizes, sizeInFloat64: SMALL, rows, gradsignByLayers: layers } };
  },
};

function groupsOf(scale: number): Group[] {
  const few = (full: number) => scaled(full, scale);
  const nds = NDS.map((space) => {
    return {
      space,
      architectures: drawArchitectures(space, few(2), SEED),
      batchSize: 16,
      channels: 8,
      cellsPerStage: 2,
    };
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

type Rows = readonly { readonly relative: number; readonly precision: string }[];

function check(what: string, rows: Rows): Check {
  const [float32, float64] = [largest(rows, 'float32'), largest(rows, 'float64')];
  return float32 <= TOLERANCE
    ? atMost(what, float32, TOLERANCE)
    : atMost(`${what}, in float64 (in float32: ${float32.toExponential(1)})`, float64, TOLERANCE);
}

/**
 * The last cell of an NDS network ends in normalisations without an activation, so parts of it, or even the whole
 * network, do not change the mean over the plane, and the signs of their gradients are those of rounding errors in
 * any precision. What can be equal are the other layers.
 */
function ofLayers(layers: readonly LayerDifference[], whole: number): string {
  const leftOut = Math.max(...layers.map(({ weightsLeftOut }) => weightsLeftOut));
  return `of all layers: ${whole.toExponential(1)}; up to ${Math.round(100 * leftOut)} % of a network's weights left out`;
}

function largest(rows: Rows, precision: string): number {
  return Math.max(...rows.filter((row) => row.precision === precision).map(({ relative }) => relative));
}
