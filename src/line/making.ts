import type { Staging } from '../cache/staging.ts';
import type { Call } from './call.ts';
import type { Plan } from './plan.ts';
import type { AskedTiers } from './tiers/asked-tiers.ts';
import type { Proven } from './trust/merge-evidence.ts';

/** One file on its way into the cache: the disk or a boot file. Each stage adds members. */
export interface Planned {
  call: Call;
  plan: Plan;
}

/** Planned, and with evidence for its bytes. */
export interface Proved extends Planned {
  proven: Proven;
  /** Tiers that may have its bytes; absent if no tier is asked. */
  tiers?: AskedTiers;
}

/** Proved, and with a staging folder. The stages from fetch on add their results. */
export interface Making extends Proved {
  staging: Staging;
}
