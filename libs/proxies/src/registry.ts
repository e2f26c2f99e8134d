import { azNas } from './az-nas';
import { flops, liveWeights, params } from './counts';
import { epeNas } from './epe-nas';
import { fisher } from './fisher';
import { gradNorm } from './grad-norm';
import { gradsign } from './gradsign';
import { gradsignMean } from './gradsign-mean';
import { gradsignSquared } from './gradsign-squared';
import { grasp } from './grasp';
import { jacobCov } from './jacob-cov';
import { l2Norm } from './l2-norm';
import { meco } from './meco';
import { naswot } from './naswot';
import { nngp } from './nngp';
import { plain } from './plain';
import type { Proxy } from './proxy';
import { random } from './random';
import { snip } from './snip';
import { swap } from './swap';
import { synflow, synflowReductionBn } from './synflow';
import { teNas } from './te-nas';
import { zen } from './zen';
import { zico } from './zico';

const all: readonly Proxy[] = [
  gradsign,
  gradsignMean,
  gradsignSquared,
  liveWeights,
  gradNorm,
  snip,
  grasp,
  fisher,
  synflow,
  synflowReductionBn,
  naswot,
  jacobCov,
  zen,
  epeNas,
  zico,
  swap,
  meco,
  nngp,
  teNas,
  azNas,
  plain,
  l2Norm,
  params,
  flops,
  random,
];

/** Every proxy by id. A new proxy is one file and one entry here. */
export const proxies: ReadonlyMap<string, Proxy> = new Map(all.map((proxy) => [proxy.id, proxy]));
