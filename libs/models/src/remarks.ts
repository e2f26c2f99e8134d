import { parameterCount, type Network } from '@gradsign/network';
import type { Images } from './network/images';

/** What there is to say of a model beside its network. */
export interface Findings {
  readonly images: Images;
  /** The last softmax. */
  readonly stripped: readonly string[];
  /** Constants that are no layer's weights. */
  readonly others: readonly string[];
  readonly normalization: 'batch' | 'none';
  /** Name of the convolution that seems to hold a batch normalisation. */
  readonly folded?: string;
}

const NAMED = 5;

/** Sentences about what was found and what was changed. */
export function remarksOf(network: Network, { images, stripped, others, normalization, folded }: Findings): string[] {
  const { graph, weights, imageShape, classes } = network;
  const layers = weights.filter(({ role }) => role === 'conv' || role === 'linear').length;
  const norms = graph.nodes.filter(({ op }) => op === 'BatchNormalization').length;
  const listed = others.slice(0, NAMED).map((name) => `"${name}"`);
  const more = others.length > NAMED ? ` and ${others.length - NAMED} more` : '';
  return [
    `${graph.nodes.length} nodes, ${layers} weights of layers, ${parameterCount(network)} parameters in layers; images [${imageShape.join(',')}], ${classes} classes`,
    normalization === 'none'
      ? 'normalisation: none; the model is scored as it is'
      : `normalisation: ${norms} BatchNormalization nodes, whose statistics the proxies choose`,
    ...(images.channelsLast ? ['images are brought to the order that the model wants: height, width, channels'] : []),
    ...(images.fixedBatch === undefined ? [] : [`the batch of ${images.fixedBatch} in the file was made any size`]),
    ...stripped.map((softmax) => `${softmax} at the end was left out: proxies want logits`),
    ...(others.length > 0 ? [`constants that are no layer’s weights, and are kept: ${listed.join(', ')}${more}`] : []),
    ...(folded === undefined ? [] : [`node "${folded}" seems to have a batch normalisation folded into its weights`]),
  ];
}
