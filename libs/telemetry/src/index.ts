export * from './attributes';
export * from './logger';
export * from './rpc-metrics';
export * from './server-stream-span';
export { readSpanFile } from './span-file';
export type { SpanLine } from './span-file';
export * from './span-record';
export * from './spans';
export * from './start';
