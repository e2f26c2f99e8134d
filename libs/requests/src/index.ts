export * from './architecture';
export * from './data-registry';
export * from './data-sources';
export * from './datasets-file';
export * from './errors';
export * from './network-options';
export * from './service-data';
