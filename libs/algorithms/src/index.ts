export * from './guidance';
export * from './proposer';
export * from './registry';
export * from './strategy';
