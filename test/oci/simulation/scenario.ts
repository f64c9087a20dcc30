/** One cold start of a fleet, and its failures. */
export interface Scenario {
  title: string;
  hosts: number;
  /** Set if it differs from the world's. */
  spreadMs?: number;
  /** Fraction of the hosts that is killed at once while one of them fetches from upstream. */
  dying: number;
  /** When the registry stops, and for how long: `start` before the first host, `fetch` while the first one fetches. */
  outage?: { from: 'start' | 'fetch'; ms: number };
}

/** Figures of the simulated world, the same for every scenario. */
export interface World {
  imageBytes: number;
  /** Total rate of upstream, for any number of connections. */
  upstreamBytesPerSecond: number;
  /** Hosts of one process begin within this many milliseconds. */
  spreadMs: number;
  /** Validity of a leader's marker: shorter than in production, so that a simulation of dying leaders ends. */
  lifetimeMs: number;
  processes: number;
}

/** The input of a process of hosts, as JSON. */
export interface HostsTask extends Pick<World, 'spreadMs' | 'lifetimeMs'> {
  first: number;
  count: number;
  folder: string;
  registry: string;
  mirrors: Record<string, string>;
  /** sha256 of the disk. */
  expected: string;
}

/** The result of one host: a line of JSON. */
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
  /** Time when half of the hosts had their disk. */
  medianSeconds: number;
  /** Number of hosts by result. */
  ends: Record<string, number>;
  killed: number;
  warnings: Record<string, number>;
}
