export * from './csv';
export * from './scatter';
export * from './table';
