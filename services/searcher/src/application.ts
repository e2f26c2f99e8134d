import { createClients } from '@gradsign/client';
import { SearcherServiceService } from '@gradsign/contracts';
import { SearchingService } from '@gradsign/searching';
import type { Application } from '@gradsign/service-kit/process';
import type { SearcherConfig } from './config';

/** The searcher with its connections to the scorer and the benchmark-oracle. */
export async function createApplication({ scorer, oracle }: SearcherConfig): Promise<Application> {
  const clients = createClients({ scorer, oracle });
  const api = new SearchingService({ scorer: clients.scorer, oracle: clients.oracle });
  return {
    services: [{ definition: SearcherServiceService, api }],
    drain: () => api.close(),
    stop: async () => clients.close(),
  };
}
