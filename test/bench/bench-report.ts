import type { JobOutcome } from './contender.ts';
import type { Cost } from './costs/costs.ts';
import type { LargeCache } from './large-cache/measure-large-cache.ts';
import type { MachineFacts } from './machine-facts.ts';
import type { WarmHits } from './warm-hit.ts';

/** The results of one run of the benchmark. */
export interface BenchReport {
  command: string;
  runs: number;
  machine: MachineFacts;
  /** Programs and their versions. */
  programs: ReadonlyMap<string, string>;
  leftOut: string[];
  jobs: JobOutcome[];
  costs: Cost[];
  warmHits: WarmHits | undefined;
  largeCache: LargeCache | undefined;
}
