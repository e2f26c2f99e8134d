export * from './open-dataset';
export { openCifar10, openCifar100 } from './cifar';
export { openMnist } from './mnist';
export { noiseDataset } from './noise';
export { openNpyDataset, type NpyFiles } from './npy-dataset';
export { batchFromNpy } from './npy-batch';
export { readNpy, writeNpy, type NpyDataType } from './npy';
export { NpyError } from './npy-error';
