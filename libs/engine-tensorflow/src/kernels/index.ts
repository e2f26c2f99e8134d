import type { Kernel } from '../prepared-node';
import { activation } from './activation';
import { arithmetic } from './arithmetic';
import { casting } from './casting';
import { convolution } from './convolution';
import { gathering } from './gathering';
import { joining } from './joining';
import { logic } from './logic';
import { matrix } from './matrix';
import { normalization } from './normalization';
import { pooling } from './pooling';
import { reduction } from './reduction';
import { repetition } from './repetition';
import { reshaping } from './reshaping';
import { slicing } from './slicing';

/** Every operator that the engine runs, by name; one file per family. */
export const kernels: ReadonlyMap<string, Kernel> = new Map(
  [
    activation,
    arithmetic,
    casting,
    convolution,
    gathering,
    joining,
    logic,
    matrix,
    normalization,
    pooling,
    reduction,
    repetition,
    reshaping,
    slicing,
  ].flatMap((family) => Object.entries(family)),
);
