export * from './dataset';
export * from './dataset-error';
export * from './bounds';
export { AUGMENTATIONS, CROP_PADDING, cropFlip, drawCropFlip, type Augmentation } from './augmentation';
export * from './batch';
export * from './sample';
