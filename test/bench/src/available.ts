import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Why ONNX Runtime cannot use a device here, in one line; undefined where it can. */
export function missingDevice(device: string): string | undefined {
  // In a process of its own, whose drivers may write to standard error or crash.
  const probe = spawnSync(process.execPath, [join(__dirname, 'probe-device.js'), device], { encoding: 'utf8' });
  if (probe.status === 0) return undefined;
  return probe.stdout.trim().split('\n', 1)[0] || `the process ended with ${probe.signal ?? probe.status}`;
}

/** Why a Python cannot run GradSign on a PyTorch device, in one line; undefined where it can. */
export function missingPyTorch(python: string, device: string): string | undefined {
  const program = `import numpy, onnx, torch; torch.zeros(1, device=${JSON.stringify(device)})`;
  const { error, status, stderr } = spawnSync(python, ['-W', 'ignore', '-c', program], { encoding: 'utf8' });
  if (error) return error.message;
  return status === 0 ? undefined : stderr.trim().split('\n').at(-1);
}
