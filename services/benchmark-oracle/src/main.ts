import { hostService } from '@gradsign/service-kit/process';
import { readConfig } from './config';

void hostService({
  name: 'benchmark-oracle',
  readConfig,
  load: async () => (await import('./application.js')).createApplication,
});
