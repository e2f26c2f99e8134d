import { hostService } from '@gradsign/service-kit/process';
import { readConfig } from './config';

void hostService({
  name: 'searcher',
  readConfig,
  load: async () => (await import('./application.js')).createApplication,
});
