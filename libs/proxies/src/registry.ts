import { flops, liveWeights, params } from './counts';
import { gradNorm } from './grad-norm';
import { gradsign } from './gradsign';
import { gradsignMean } from './gradsign-mean';
import { gradsignSquared } from './gradsign-squared';
import type { Proxy } from './proxy';
import { random } from './random';
import { snip } from './snip';

/** Every proxy by id. A new proxy is one file and one entry here. */
export const proxies: ReadonlyMap<string, Proxy> = new Map(
  [gradsign, gradsignMean, gradsignSquared, liveWeights, gradNorm, snip, params, flops, random].map((proxy) => [
    proxy.id,
    proxy,
  ]),
);
