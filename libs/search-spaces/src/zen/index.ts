import type { SearchSpace } from '../search-space';
import { NAME, typeOf, type ZenArchitecture } from './architecture';
import { zenNetwork } from './network';
import { formatZen, parseZen } from './notation';
import { mutateZen, neighbourZen, sampleZen } from './variation';

export type { ZenArchitecture, ZenBlock } from './architecture';

const FORM = 'unrolled';

/** Plain-net structures of ZenNAS: chains of residual and of inverted-bottleneck blocks. */
export const zen: SearchSpace<ZenArchitecture> = {
  name: NAME,
  parse: parseZen,
  format: formatZen,
  sample: sampleZen,
  mutate: mutateZen,
  neighbours: neighbourZen,
  canonicalForms: [FORM],
  /** A convolution block of several layers is as many blocks of one layer. */
  canonical(architecture, form) {
    if (form !== FORM) {
      throw new RangeError(`canonical form ${JSON.stringify(form)} is unknown: one of ${FORM}`);
    }
    const blocks = architecture.blocks.flatMap((block) =>
      typeOf(block).family === 'conv'
        ? Array.from({ length: block.layers }, (_, i) => ({ ...block, layers: 1, stride: i === 0 ? block.stride : 1 }))
        : [block],
    );
    return formatZen({ ...architecture, blocks });
  },
  network: zenNetwork,
};
