import { UnknownSearchSpaceError } from './errors';
import { nasBench201 } from './nas-bench-201';
import { natsBenchSss } from './nats-bench-sss';
import type { SearchSpace } from './search-space';

/** Every search space, by name. */
export const searchSpaces: ReadonlyMap<string, SearchSpace> = new Map(
  [nasBench201 as SearchSpace, natsBenchSss as SearchSpace].map((space) => [space.name, space]),
);

/** @throws UnknownSearchSpaceError listing the names that exist. */
export function searchSpace(name: string): SearchSpace {
  const space = searchSpaces.get(name);
  if (space === undefined) {
    throw new UnknownSearchSpaceError(name, [...searchSpaces.keys()]);
  }
  return space;
}
