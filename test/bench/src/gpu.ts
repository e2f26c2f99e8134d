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
  readonly chunkSize: number;
  /** Absent: without PyTorch. */
  readonly pytorch?: { readonly python: string; readonly device: string };
  /** A folder that is not there yet, for the networks. */
  readonly folder: string;
}

/** The product on each device and PyTorch in each way, against the scores of the product on the CPU. */
export async function measureDevice(work: DeviceWork) {
  const { architectures, batchSize, chunkSize, scale, pytorch } = work;
  const warmUp = WARM_UP;
  const product = (device: string) =>
    scoreByProduct({ architectures, batchSize, scale, device, chunkSize, warmUp: device === 'cpu' ? 1 : warmUp });
  const expected = await product('cpu');
  const runs: [string, readonly Scored[]][] = [['onnxruntime, cpu (one thread)', expected]];
  for (const device of work.devices) {
    if (device !== 'cpu') runs.push([`onnxruntime, ${device}`, await product(device)]);
  }
  let gpu: string | undefined;
  if (pytorch) {
    const files = writeTask(work, work.folder);
    for (const method of METHODS) {
      const rows = await scoreByPyTorch(files, { ...pytorch, method, chunkSize, warmUp });
      runs.push([`PyTorch ${rows[0].torch}, ${method}`, rows]);
      gpu = rows[0].device;
    }
  }
  return {
    batchSize,
    chunkSize,
    gpu,
    architectures,
    figures: runs.map(([name, rows]) => {
      const difference = largestDifference(rows, expected);
      return {
        name,
        medianSeconds: median(rows.map(({ seconds }) => seconds)),
        largestDifference: difference,
        agrees: difference <= TOLERANCE,
        rows,
      };
    }),
  };
}
