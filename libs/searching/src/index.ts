export * from './searching-service';
