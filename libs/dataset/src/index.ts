export * from './dataset';
export * from './dataset-error';
export * from './bounds';
export * from './batch';
export { AUGMENTATIONS, CROP_PADDING, type Augmentation } from './augmentation';
export * from './sample';
