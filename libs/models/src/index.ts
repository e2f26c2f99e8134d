export { checkMemory, checkModel, importModel, type ImportedModel, type ImportOptions } from './import';
export { MODEL_LIMITS } from './limits';
export { ModelError } from './model-error';
export { passBytes, type NetworkSize } from './network/memory';
