export * from './binding';
export { engineOver } from './engine';
export type { TensorFlow, TfDataType, TfTensor } from './tfjs';
