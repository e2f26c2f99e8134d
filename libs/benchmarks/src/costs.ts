import { flops, parameterCount } from '@gradsign/network';
import type { CategoricalEncoding, NetworkOptions, SearchSpace } from '@gradsign/search-spaces';

/** What a network costs: number of weights, and multiply-adds of one image's forward pass. */
export interface Costs {
  readonly params: number;
  readonly flops: number;
}

/** What is known of a data set's images. */
export type ImageData = Pick<NetworkOptions, 'imageShape' | 'classes'>;

/** Architectures on which sums over choices are checked against whole networks. */
const CHECKS = 32;
const GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;

/**
 * A function that counts the costs of a space's architectures on their networks. Where an architecture is a vector
 * of choices and the costs are sums over the choices (checked on 32 of `architectures`), a network is built for each
 * option of a choice rather than for each architecture.
 */
export function costCounter<A>(
  space: SearchSpace<A>,
  images: ImageData,
  architectures: readonly A[],
): (architecture: A) => Costs {
  const count = (architecture: A) => networkCosts(space, images, architecture);
  if (!space.encoding || architectures.length <= CHECKS) {
    return count;
  }
  const sum = sumOverChoices(space.encoding, count);
  for (let i = 0; i < CHECKS; i++) {
    // A constant step could miss what repeats with it.
    const architecture = architectures[Math.floor(((i * GOLDEN_RATIO) % 1) * architectures.length)];
    const [whole, added] = [count(architecture), sum(architecture)];
    if (whole.params !== added.params || whole.flops !== added.flops) {
      return count;
    }
  }
  return sum;
}

function networkCosts<A>(space: SearchSpace<A>, images: ImageData, architecture: A): Costs {
  const network = space.network(architecture, { ...images, variant: 'trained' });
  return { params: parameterCount(network), flops: flops(network.graph) };
}

function sumOverChoices<A>(encoding: CategoricalEncoding<A>, count: (architecture: A) => Costs) {
  const origin = encoding.choices.map(() => 0);
  const base = count(encoding.decode(origin));
  const parts = encoding.choices.map(({ options }, choice) =>
    options.map((_, option) => minus(count(encoding.decode(origin.with(choice, option))), base)),
  );
  return (architecture: A) =>
    encoding.encode(architecture).reduce((sum, option, choice) => plus(sum, parts[choice][option]), base);
}

function plus(a: Costs, b: Costs): Costs {
  return { params: a.params + b.params, flops: a.flops + b.flops };
}

function minus(a: Costs, b: Costs): Costs {
  return { params: a.params - b.params, flops: a.flops - b.flops };
}
