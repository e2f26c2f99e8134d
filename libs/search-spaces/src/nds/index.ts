import type { SearchSpace } from '../search-space';
import type { NdsArchitecture } from './architecture';
import { isomorphismString } from './canonical';
import { amoeba, darts, enas, nasnet, pnas, type DesignSpace } from './design-space';
import { ndsEncoding } from './encoding';
import { ndsNetwork } from './network';
import { formatNds, parseNds } from './notation';
import { mutateNds, neighbourNds, sampleNds } from './variation';

export type { NdsArchitecture } from './architecture';

const FORM = 'isomorphism';

function searchSpaceOf(space: DesignSpace): SearchSpace<NdsArchitecture> {
  return {
    name: space.name,
    parse: (text) => parseNds(space, text),
    format: formatNds,
    sample: (random) => sampleNds(space, random),
    mutate: (architecture, random, operator) => mutateNds(space, architecture, random, operator),
    neighbours: (architecture) => neighbourNds(space, architecture),
    encoding: ndsEncoding(space),
    canonicalForms: [FORM],
    canonical(architecture, form) {
      if (form !== FORM) {
        throw new RangeError(`canonical form ${JSON.stringify(form)} is unknown: one of ${FORM}`);
      }
      return isomorphismString(architecture);
    },
    network: (architecture, options) => ndsNetwork(space.name, architecture, options),
  };
}

/** Cell spaces of NDS: DARTS, ENAS, PNAS, NASNet and AmoebaNet cells at various widths and depths. */
export const ndsSpaces: readonly SearchSpace<NdsArchitecture>[] = [darts, enas, pnas, nasnet, amoeba].map(
  searchSpaceOf,
);
