import type { Network } from '@gradsign/network';
import { NetworkOptionError, searchSpace } from '@gradsign/search-spaces';
import type { ScoreTask } from './task';

/** More than any architecture needs at least: NAS-Bench-101 has five vertices that may feed a cell's output. */
const CHANNELS = [1, 2, 3, 4, 5];

/**
 * The architecture's network with one cell a stage and as few channels as its space allows, for images of one channel
 * and 4 × 4 pixels; undefined for a model, and where the architecture fixes the channels.
 */
export function smallestNetwork({
  model,
  ...task
}: Pick<ScoreTask, 'model' | 'space' | 'architecture' | 'classes'>): Network | undefined {
  if (model) return undefined;
  const space = searchSpace(task.space);
  const architecture = space.parse(task.architecture);
  for (const channels of CHANNELS) {
    try {
      return space.network(architecture, { imageShape: [1, 4, 4], classes: task.classes, channels, cellsPerStage: 1 });
    } catch (error) {
      if (!(error instanceof NetworkOptionError)) throw error;
    }
  }
  return undefined;
}
