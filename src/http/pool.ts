import type { LoadedDocument } from './documents/load-document.ts';
import { createOriginSlots, type OriginSlots } from './documents/origin-slots.ts';
import { SharedRequests } from './documents/shared-requests.ts';
import { defaultTuning } from './retry.ts';
import { createAgents } from './wire/agents.ts';

type AgentsOptions = Parameters<typeof createAgents>[0];

/**
 * What clients of the same options may share: open connections, the bound on requests to one origin, and the documents that
 * were read. A client without one has its own.
 */
export class HttpPool {
  readonly slots: OriginSlots;
  readonly documents: SharedRequests<LoadedDocument> = new SharedRequests();
  #agents: ReturnType<typeof createAgents> | undefined;

  constructor(perOrigin: number = defaultTuning.perOrigin) {
    this.slots = createOriginSlots(perOrigin);
  }

  /** Made with the first request, by the options of the client that sends it. */
  agents(options: AgentsOptions): ReturnType<typeof createAgents> {
    this.#agents ??= createAgents(options);
    return this.#agents;
  }
}
