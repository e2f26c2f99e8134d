import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeNpy, type NpyDataType } from '@gradsign/datasets';
import { tensor, type Tensor } from '@gradsign/onnx';
import type { ProgramRun } from './evaluate';
import type { TaskScore } from './task';

/**
 * Writes what a program's runs are given (the weights and inputs that it draws) as NumPy files, so that another
 * implementation can be run on them: `<folder>/<proxy>/<initialisation>/<number of the run>/<input>.npy`, numbers
 * from 0.
 */
export function dumpRun(folder: string, { proxy, initialization, index, feeds }: ProgramRun): void {
  const own = join(folder, proxy, String(initialization), String(index));
  mkdirSync(own, { recursive: true });
  for (const [name, tensor] of Object.entries(feeds)) {
    writeFileSync(join(own, `${encodeURIComponent(name)}.npy`), writeNpy(tensor as Tensor<NpyDataType>));
  }
}

/** Writes what members of a population are ranked by, as `<folder>/<proxy>/components.npy`. */
export function dumpComponents(folder: string, scores: readonly TaskScore[]): void {
  for (const { id, components } of scores) {
    if (components === undefined) continue;
    mkdirSync(join(folder, id), { recursive: true });
    const values = tensor('float64', [components.length], Float64Array.from(components));
    writeFileSync(join(folder, id, 'components.npy'), writeNpy(values));
  }
}
