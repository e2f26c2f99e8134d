export * from './handlers';
export * from './pages';
export * from './run-service';
export * from './server';
export * from './service-config';
