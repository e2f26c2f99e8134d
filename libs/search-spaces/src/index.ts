export * from './search-space';
export * from './errors';
export * from './nas-bench-201';
export * from './nats-bench-sss';
export * from './registry';
