import type { Network } from '@gradsign/network';
import { searchSpace } from '@gradsign/search-spaces';
import type { NetworkTask } from './task';

/**
 * The network that is trained. The standard one is the space's variant `trained`: as its benchmark trained it.
 * @throws NetworkOptionError where the space has no such network.
 */
export function trainingNetwork(
  { space: name, architecture, network }: NetworkTask,
  images: { readonly imageShape: readonly [number, number, number]; readonly classes: number },
): Network {
  const space = searchSpace(name);
  const { variant, channels, cellsPerStage } = network;
  return space.network(space.parse(architecture), {
    ...images,
    channels,
    cellsPerStage,
    variant: variant === 'published' ? 'published' : 'trained',
  });
}
