/** One cold start of a fleet: what is done to it. */
export interface Scenario {
  title: string;
  hosts: number;
  /** Where it is not the world's. */
  spreadMs?: number;
  /** Part of the hosts that is killed at once while one of them fetches from upstream. */
  dying: number;
  /** When the registry stops, and for how long: `start` before the first host, `fetch` while the first one fetches. */
  outage?: { from: 'start' | 'fetch'; ms: number };
}

/** Figures of the simulated world, the same for every scenario. */
export interface World {
  imageBytes: number;
  /** What upstream gives in all, however many connections there are. */
  upstreamBytesPerSecond: number;
  /** Hosts of one process begin within so many milliseconds. */
  spreadMs: number;
  /** Of a leader's marker: shorter than in life, so that a simulation of dying leaders ends. */
  lifetimeMs: number;
  processes: number;
}

/** What a process of hosts is told, as JSON. */
export interface HostsTask extends Pick<World, 'spreadMs' | 'lifetimeMs'> {
  first: number;
  count: number;
  folder: string;
  registry: string;
  mirrors: Record<string, string>;
  /** sha256 of the disk. */
  expected: string;
}

/** How one host ended: a line of JSON. */
export interface HostEnd {
  host: number;
  /** `network`, `tier`, or the code of an error. */
  origin: string;
  endedAt: number;
  warnings: string[];
}

export interface Outcome {
  scenario: Scenario;
  upstreamFetches: number;
  upstreamBytes: number;
  /** From the first host that began to the last one that had its disk. */
  seconds: number;
  /** When half of the hosts had theirs. */
  medianSeconds: number;
  /** Hosts by how they ended. */
  ends: Record<string, number>;
  killed: number;
  warnings: Record<string, number>;
}
