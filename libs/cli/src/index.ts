export { createProgram } from './program';
export { DEMO_TRIALS, demoSpec } from './demo/spec';
