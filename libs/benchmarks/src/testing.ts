export * from './testing/nb101-trainings';
export * from './testing/tfrecord-writer';
export * from './testing/nds-record';
