export * from './device-unavailable';
export * from './engine';
