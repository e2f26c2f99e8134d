export * from './search-space';
export * from './errors';
export * from './nas-bench-101';
export * from './nas-bench-201';
export * from './nats-bench-sss';
export * from './nds';
export * from './zen';
export * from './registry';
