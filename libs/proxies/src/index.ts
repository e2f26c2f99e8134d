export { batchFeeds } from './feeds';
export { type LayerWeight } from './pass';
export * from './plan';
export * from './proxy';
export { proxies } from './registry';
