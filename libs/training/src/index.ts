export * from './data';
export * from './evaluate';
export * from './model';
export * from './settings';
export * from './train';
