export { ONE_HOT_LABELS, type LayerWeight } from './pass';
export * from './plan';
export * from './proxy';
export { proxies } from './registry';
