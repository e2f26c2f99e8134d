export * from './evaluate';
export * from './identity';
export * from './ordered';
export * from './scoring-service';
export * from './settings';
export { SCORER_WORKER } from './worker-path';
