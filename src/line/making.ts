import type { Staging } from '../cache/staging.ts';
import type { Call } from './call.ts';
import type { Plan } from './plan.ts';
import type { AskedTiers } from './tiers/asked-tiers.ts';
import type { Proven } from './trust/merge-evidence.ts';

/** One file on its way into the cache: the disk, or what boots it. It grows from stage to stage. */
export interface Planned {
  call: Call;
  plan: Plan;
}

/** Planned, and it is known what its bytes have to be. */
export interface Proved extends Planned {
  proven: Proven;
  /** Tiers that may have its bytes; absent where none is asked. */
  tiers?: AskedTiers;
}

/** Proved, and its bytes have a folder. The stages from fetch on add what they make. */
export interface Making extends Proved {
  staging: Staging;
}
