import type { Digest } from '../../contracts/proof.ts';
import type { LockEntry, LockedImage } from '../../lockfile/lock-file.ts';
import type { Plan } from '../plan.ts';

/** The entry of the caller's lock file that a call is about. */
export interface Locked {
  /** Of the lock file. */
  path: string;
  entry: LockEntry;
  /** What is locked for the architecture of the call. */
  image: LockedImage;
  /** What the bytes of each file have to be. */
  digests: Partial<Record<Plan['role'], readonly Digest[]>>;
}
