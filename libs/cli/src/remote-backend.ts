import { connectOracle, connectScorer, connectSearcher, type Connection } from '@gradsign/client';
import type { OracleApi, ScorerApi, SearcherApi } from '@gradsign/contracts';
import type { Backend } from './backend';

/** The services at their addresses. */
export class RemoteBackend implements Backend {
  private readonly connections = new Map<string, Connection<unknown>>();

  constructor(private readonly addresses: Readonly<Record<'scorer' | 'oracle' | 'searcher', string>>) {}

  get scorer(): ScorerApi {
    return this.connection('scorer', () => connectScorer({ address: this.addresses.scorer }));
  }

  get oracle(): OracleApi {
    return this.connection('oracle', () => connectOracle({ address: this.addresses.oracle }));
  }

  get searcher(): SearcherApi {
    return this.connection('searcher', () => connectSearcher({ address: this.addresses.searcher }));
  }

  async close(): Promise<void> {
    for (const connection of this.connections.values()) connection.close();
  }

  private connection<Api>(name: string, open: () => Connection<Api>): Api {
    const known = this.connections.get(name) ?? open();
    this.connections.set(name, known);
    return known.api as Api;
  }
}
