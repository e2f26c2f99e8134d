export * from './architecture';
export * from './data-sources';
export * from './errors';
export * from './network-options';
