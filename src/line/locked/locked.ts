import type { Digest } from '../../contracts/proof.ts';
import type { LockEntry, LockedImage } from '../../lockfile/lock-file.ts';
import type { Plan } from '../plan.ts';

/** The entry of the caller's lock file, or of the catalog, that a call is about. */
export interface Locked {
  from: 'lockfile' | 'catalog';
  /** Path of the lock file or catalog, or what the catalog of this package is called. */
  path: string;
  entry: LockEntry;
  /** What is locked for the architecture of the call. */
  image: LockedImage;
  /** What the bytes of each file have to be. */
  digests: Partial<Record<Plan['role'], readonly Digest[]>>;
}
