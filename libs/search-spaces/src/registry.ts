import { UnknownSearchSpaceError } from './errors';
import { nasBench101 } from './nas-bench-101';
import { nasBench201 } from './nas-bench-201';
import { natsBenchSss } from './nats-bench-sss';
import { ndsSpaces } from './nds';
import type { SearchSpace } from './search-space';
import { zen } from './zen';

const all = [nasBench201, nasBench101, natsBenchSss, ...ndsSpaces, zen] as readonly SearchSpace[];

/** Every search space, by name. */
export const searchSpaces: ReadonlyMap<string, SearchSpace> = new Map(all.map((space) => [space.name, space]));

/** @throws UnknownSearchSpaceError listing the names that exist. */
export function searchSpace(name: string): SearchSpace {
  const space = searchSpaces.get(name);
  if (space === undefined) {
    throw new UnknownSearchSpaceError(name, [...searchSpaces.keys()]);
  }
  return space;
}
