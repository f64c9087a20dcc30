import type { Digest } from '../../contracts/proof.ts';
import type { LockEntry, LockedImage } from '../../lockfile/lock-file.ts';
import type { Plan } from '../plan.ts';

/** The entry of the caller's lock file, or of the catalog, that the call uses. */
export interface Locked {
  from: 'lockfile' | 'catalog';
  /** Path of the lock file or catalog, or the name of this package's catalog in messages. */
  path: string;
  entry: LockEntry;
  /** The locked image for the architecture of the call. */
  image: LockedImage;
  /** Required digests of each file. */
  digests: Partial<Record<Plan['role'], readonly Digest[]>>;
}
