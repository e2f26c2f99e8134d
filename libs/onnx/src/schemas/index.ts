import type { OpSchema } from '../schema';
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

/** Every operator known, by name; one file per family. */
export const schemas: ReadonlyMap<string, OpSchema> = new Map(
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
