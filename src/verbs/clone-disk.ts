import type { ClonedDisk, CloneOptions } from '../contracts/clone.ts';
import type { EnsuredImage } from '../contracts/image.ts';
import { checkOptions } from '../parts/check-options.ts';
import { optionKinds } from '../parts/option-kinds.ts';
import { safeListeners } from '../parts/safe-listener.ts';

/**
 * Makes a disk for the caller from one of the cache, or from any other raw disk: a reflink if the file system
 * supports it, else a sparse copy; with `backing` a qcow2 overlay. The new disk is writable and complete when it
 * appears, and never replaces a file without `force`.
 *
 * A disk of the cache is leased meanwhile. The cache keeps a disk that an overlay needs as long as the overlay stays
 * at its path: an overlay that was moved does not count.
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
