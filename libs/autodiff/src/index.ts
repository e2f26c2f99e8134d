export {
  gradients,
  perSampleGradients,
  type Differentiated,
  type GradientRequest,
  type PerSampleGradient,
} from './gradients';
export { foldConstants } from './fold-constants';
export { lowerNormalization } from './lower-normalization';
export { NotDifferentiableError } from './rule';
export { shareNodes } from './share-nodes';
export { step } from './step-function';
export { sumSamples } from './shape';
