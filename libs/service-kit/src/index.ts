export * from './pages';
export type { Authenticator } from './running-call';
export * from './server';
export * from './violations';
