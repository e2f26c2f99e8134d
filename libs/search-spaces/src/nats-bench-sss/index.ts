import type { CategoricalEncoding, SearchSpace } from '../search-space';
import { LAYERS, NAME, WIDTHS, type NatsBenchSizes } from './architecture';
import { SIZE, enumerateSizes } from './enumeration';
import { sizesNetwork } from './network';
import { formatSizes, parseSizes } from './notation';
import { mutateSizes, neighbourSizes, sampleSizes } from './variation';

export type { NatsBenchSizes } from './architecture';

const encoding: CategoricalEncoding<NatsBenchSizes> = {
  choices: Array.from({ length: LAYERS }, (_, layer) => ({ name: `layer ${layer}`, options: WIDTHS.map(String) })),
  encode: (sizes) => sizes.map((width) => WIDTHS.indexOf(width)),
  decode(indices) {
    if (indices.length !== LAYERS || indices.some((index) => !(index in WIDTHS))) {
      throw new RangeError(
        `[${indices.join()}] is not a ${NAME} architecture: it must be ${LAYERS} indices in 0…${WIDTHS.length - 1}`,
      );
    }
    return indices.map((index) => WIDTHS[index]);
  },
};

/** Size space of NATS-Bench: 32,768 choices of the channels of five layers. */
export const natsBenchSss: SearchSpace<NatsBenchSizes> = {
  name: NAME,
  parse: parseSizes,
  format: formatSizes,
  sample: sampleSizes,
  mutate: mutateSizes,
  neighbours: neighbourSizes,
  size: SIZE,
  enumerate: enumerateSizes,
  encoding,
  canonicalForms: ['string'],
  /** No two architectures are the same network. */
  canonical(sizes, form) {
    if (form !== 'string') {
      throw new RangeError(`canonical form ${JSON.stringify(form)} is unknown: one of string`);
    }
    return formatSizes(sizes);
  },
  network: sizesNetwork,
};
