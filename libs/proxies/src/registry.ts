import { flops, liveWeights, params } from './counts';
import { fisher } from './fisher';
import { gradNorm } from './grad-norm';
import { gradsign } from './gradsign';
import { gradsignMean } from './gradsign-mean';
import { gradsignSquared } from './gradsign-squared';
import { grasp } from './grasp';
import { jacobCov } from './jacob-cov';
import { l2Norm } from './l2-norm';
import { plain } from './plain';
import type { Proxy } from './proxy';
import { random } from './random';
import { snip } from './snip';

const all: readonly Proxy[] = [
  gradsign,
  gradsignMean,
  gradsignSquared,
  liveWeights,
  gradNorm,
  snip,
  grasp,
  fisher,
  jacobCov,
  plain,
  l2Norm,
  params,
  flops,
  random,
];

/** Every proxy by id. A new proxy is one file and one entry here. */
export const proxies: ReadonlyMap<string, Proxy> = new Map(all.map((proxy) => [proxy.id, proxy]));
