export * from './evaluate';
export * from './identity';
export * from './ordered';
export * from './scoring-service';
export * from './settings';
export { createScorerPool, type ScorerPoolOptions } from './worker-pool';
