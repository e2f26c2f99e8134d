export { gradients, type GradientRequest } from './gradients';
export { lowerNormalization } from './lower-normalization';
export { NotDifferentiableError, type Rule, type RuleContext } from './rule';
