import { median } from '@gradsign/bars/statistics';
import { largestDifference, METHODS, scoreByProduct, scoreByPyTorch, type Scored } from './measured';
import { writeTask, type Task } from './task';

/** Relative difference from the cpu provider's score: signs of gradients near zero may turn. */
const TOLERANCE = 1e-3;
/** Architectures that are scored before anything is measured: shaders and kernels are chosen on first use. */
const WARM_UP = 3;

export interface DeviceWork extends Task {
  /** Devices of ONNX Runtime. */
  readonly devices: readonly string[];
  /** Images in one run of the product's graph, each to be measured; undefined: its default. */
  readonly chunkSizes: readonly (number | undefined)[];
  /** Absent: without PyTorch. */
  readonly pytorch?: { readonly python: string; readonly device: string };
  /** A folder that is not there yet, for the networks. */
  readonly folder: string;
}

/** One way of scoring, measured; `error` where it failed. */
export interface Figure {
  readonly name: string;
  readonly medianSeconds?: number;
  /** From the scores of the product on the CPU, relative. */
  readonly largestDifference?: number;
  readonly agrees: boolean;
  readonly error?: string;
  readonly rows?: readonly Scored[];
}

/** The product on the CPU and on each device, and PyTorch in each way, on the whole batch but for the loop. */
export async function measureDevice(work: DeviceWork): Promise<Figure[]> {
  const { architectures, batchSize, scale, pytorch } = work;
  const product = (device: string, chunkSize?: number) =>
    scoreByProduct({ architectures, batchSize, scale, device, chunkSize, warmUp: WARM_UP });
  const expected = await product('cpu');
  const figures = [figure('onnxruntime, cpu (one thread)', expected, expected)];
  // What fails, for want of memory or of an operator, must not cost what was measured.
  const attempt = async (name: string, run: () => Promise<readonly Scored[]>) => {
    try {
      figures.push(figure(name, await run(), expected));
    } catch (error) {
      figures.push({ name, agrees: false, error: (error as Error).message });
    }
  };
  for (const device of work.devices.filter((name) => name !== 'cpu')) {
    for (const chunkSize of work.chunkSizes) {
      const chunks = chunkSize === undefined ? '' : `, chunks of ${chunkSize}`;
      await attempt(`onnxruntime, ${device}${chunks}`, () => product(device, chunkSize));
    }
  }
  if (pytorch) {
    const files = writeTask(work, work.folder);
    for (const method of METHODS) {
      const run = { ...pytorch, method, chunkSize: batchSize, warmUp: WARM_UP };
      await attempt(`PyTorch, ${method}`, () => scoreByPyTorch(files, run));
    }
  }
  return figures;
}

function figure(name: string, rows: readonly Scored[], expected: readonly Scored[]): Figure {
  const medianSeconds = median(rows.map(({ seconds }) => seconds));
  const difference = largestDifference(rows, expected);
  return { name, medianSeconds, largestDifference: difference, agrees: difference <= TOLERANCE, rows };
}
