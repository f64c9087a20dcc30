import type { ClonedDisk, CloneOptions } from '../contracts/clone.ts';
import type { EnsuredImage } from '../contracts/image.ts';
import { checkOptions } from '../parts/check-options.ts';
import { optionKinds } from '../parts/option-kinds.ts';
import { safeListeners } from '../parts/safe-listener.ts';

/**
 * A disk of the caller's own from one of the cache, or from any other raw disk: a reflink where the file system can share
 * blocks, else a copy of the data that leaves the holes; with `backing` a qcow2 overlay. It is writable, complete when it
 * appears, and never replaces a file without `force`.
 *
 * A disk of the cache is leased meanwhile. The cache keeps the disk that an overlay needs, for as long as the overlay lies
 * where it was made: one that is moved elsewhere no longer counts.
 */
export async function cloneDisk(
  disk: Pick<EnsuredImage, 'path'> | string,
  out: string,
  options: CloneOptions = {},
): Promise<ClonedDisk> {
  checkOptions(options, optionKinds.cloneDisk);
  const { makeClone } = await import('./later.ts');
  const path = typeof disk === 'string' ? disk : disk?.path;
  return await makeClone(path, out, safeListeners(options));
}
