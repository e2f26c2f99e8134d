export * from './engine';
export * from './memory';
