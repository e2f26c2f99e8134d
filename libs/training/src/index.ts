export * from './data';
export * from './evaluate';
export * from './model';
export { inputFacts, type InputFacts } from './preprocessing';
export { scaledShape, type ImageShape } from './scaling';
export * from './settings';
export * from './train';
