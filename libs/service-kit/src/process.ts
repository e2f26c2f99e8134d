/**
 * What a service's main starts with. Nothing here loads grpc-js, which telemetry must patch first; so it is a module of
 * its own and not part of the index.
 */
export * from './data-settings';
export * from './host-service';
export * from './run-service';
export * from './service-config';
export * from './setting-schemas';
export * from './standard-settings';
