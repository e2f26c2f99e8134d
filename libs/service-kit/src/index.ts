export * from './pages';
export * from './run-service';
export type { Authenticator } from './running-call';
export * from './server';
export * from './service-config';
export * from './setting-schemas';
export * from './violations';
