export * from './client';
export * from './services';
export * from './transfers';
