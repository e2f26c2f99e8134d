export * from './bootstrap';
export * from './correlation';
export * from './rank';
export * from './summary';
