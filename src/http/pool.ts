import type { LoadedDocument } from './documents/load-document.ts';
import { createOriginSlots, type OriginSlots } from './documents/origin-slots.ts';
import { SharedRequests } from './documents/shared-requests.ts';
import { defaultTuning } from './retry.ts';
import { createAgents } from './wire/agents.ts';

type Agents = ReturnType<typeof createAgents>;
type AgentsOptions = Parameters<typeof createAgents>[0];

/**
 * The shared state of clients with the same options: open connections, the bound on requests to one origin, and the
 * documents that were read. A client without a pool has its own.
 */
export class HttpPool {
  readonly slots: OriginSlots;
  readonly documents: SharedRequests<LoadedDocument> = new SharedRequests();
  #connections: { agents?: Agents } = {};

  constructor(perOrigin: number = defaultTuning.perOrigin, slots?: OriginSlots) {
    this.slots = slots ?? createOriginSlots(perOrigin);
  }

  /** Made with the first request, from the options of the client that sends it. */
  agents(options: AgentsOptions): Agents {
    this.#connections.agents ??= createAgents(options);
    return this.#connections.agents;
  }

  /**
   * Another pool with the same connections and bound, for a client with other permissions: the two must not share
   * documents.
   */
  apart(): HttpPool {
    const pool = new HttpPool(undefined, this.slots);
    pool.#connections = this.#connections;
    return pool;
  }
}
