import { formatDataset, type SearchSpec } from '@gradsign/contracts';
import { datasetInfo } from '@gradsign/datasets';
import { flops, parameterCount } from '@gradsign/network';
import { compileNetwork, toServiceError } from '@gradsign/requests';
import type { SearchSpace } from '@gradsign/search-spaces';
import { evaluationDataset } from './defaults';

/** What a network costs: number of weights, and multiply-adds of one image's forward pass. */
export interface Costs {
  readonly params: number;
  readonly flops: number;
}

/**
 * Counts an architecture's costs on the network that its evaluation trains. What it returns throws a ServiceError when
 * the network cannot be built.
 */
export function costCounter(spec: SearchSpec, space: SearchSpace): (architecture: string) => Costs {
  const { evaluation } = spec;
  const training = evaluation?.$case === 'training' ? evaluation.value : undefined;
  const { variant, channels, cellsPerStage } = compileNetwork(training?.network, 'spec.training.network');
  const { imageShape, classes } = datasetInfo(formatDataset(evaluationDataset(evaluation), 'dataset'));
  const size = training?.trainer?.imageSize || undefined;
  const options = {
    imageShape: [imageShape[0], size ?? imageShape[1], size ?? imageShape[2]] as const,
    classes,
    variant: variant === 'published' ? variant : ('trained' as const),
    ...(channels !== undefined && { channels }),
    ...(cellsPerStage !== undefined && { cellsPerStage }),
  };
  return (architecture) => {
    try {
      const network = space.network(space.parse(architecture), options);
      return { params: parameterCount(network), flops: flops(network.graph) };
    } catch (error) {
      throw toServiceError(error, 'spec.training');
    }
  };
}

/** Why an architecture lies outside a search's constraints; undefined when it does not. */
export function infeasibility({ constraints }: SearchSpec, { params, flops }: Costs): string | undefined {
  const { maxParams, maxFlops } = constraints ?? {};
  if (maxParams !== undefined && params > maxParams) return `${params} parameters are over the limit of ${maxParams}`;
  if (maxFlops !== undefined && flops > maxFlops) return `${flops} multiply-adds are over the limit of ${maxFlops}`;
  return undefined;
}
