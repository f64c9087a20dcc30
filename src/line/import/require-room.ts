import { freeBytes } from '../../cache/free-space.ts';
import { raiseLimit } from '../../errors/limit-hint.ts';
import { CacheError, IntegrityError } from '../../errors.ts';
import type { Call } from '../call.ts';

/** Throws if the import exceeds a limit, or does not fit on the disk of the cache. */
export async function requireRoom(
  { cache }: Call,
  neededBytes: number,
  limit: number,
  name: 'downloadBytes' | 'virtualBytes',
  sizeBytes: number = neededBytes,
): Promise<void> {
  if (sizeBytes > limit) {
    throw new IntegrityError({
      code: 'ERR_SIZE',
      message: `a file to import has ${sizeBytes} bytes, more than ${limit}`,
      hint: raiseLimit(name),
      details: {},
    });
  }
  const free = await freeBytes(cache.imagesDir);
  if (neededBytes <= free) return;
  throw new CacheError({
    code: 'ERR_NO_SPACE',
    message: `the import needs ${neededBytes} bytes in ${cache.imagesDir}, and ${free} are free`,
    hint: 'Free space on this disk (rootdisk cache prune removes disks), or choose a cache folder on another disk with cacheDir (--cache-dir).',
    details: { path: cache.imagesDir, neededBytes, freeBytes: free },
  });
}
