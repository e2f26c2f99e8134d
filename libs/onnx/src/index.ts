export * from './tensor';
export * from './graph';
