import type { KernelTable } from '../call';
import type { Storage } from '../call';
import { mapped } from './elementwise';

// Hoisted: a global's property is slow to reach inside sandboxes such as Jest's.
const { trunc } = Math;

function convert(x: number, dtype: Storage): number {
  switch (dtype) {
    case 'float64':
      return x;
    case 'bool':
      return x === 0 ? 0 : 1;
    default:
      return x !== x ? 0 : trunc(x);
  }
}

export const casting: KernelTable = {
  Identity: (call) => [call.input(0)],
  Cast: mapped((x, call) => convert(x, call.types[0].dtype)),
};
