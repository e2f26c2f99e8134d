export * from './philox';
export * from './stream';
export * from './random';
