export * from './network';
export * from './network-error';
export * from './initialization';
export * from './weights';
export * from './builder';
export { normalize, type NormalizationMode, type NormalizeOptions } from './normalize';
export * from './zeros';
export * from './prune';
export * from './counts';
