export * from './definition';
export { runTrainings } from './build';
export { trainingKey, type TrainingOutcome } from './outcome';
export { readResults, RESULTS_FILE } from './results';
export { embeddedSource } from './source';
