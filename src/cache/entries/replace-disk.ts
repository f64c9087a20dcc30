import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Extents } from '../../bytes/extents.ts';
import { IntegrityError } from '../../errors.ts';
import type { Cache } from '../cache.ts';
import { inCache } from '../cache-error.ts';
import { digestBlocks } from '../digest/content-digest.ts';
import { tabulateDisk } from '../digest/hash-disk.ts';
import { requireLock } from '../locks/name-lock.ts';
import type { Staging } from '../staging.ts';
import { syncImages } from './place-text.ts';
import type { Entry } from './read.ts';
import { seal } from './seal.ts';

/**
 * Replaces a damaged disk with the staged one if that is the disk the record describes; otherwise throws
 * `ERR_DIGEST`. The new file takes the recorded mtime, so the record stays valid, and one rename puts it in place: a
 * process killed at any point leaves the old file or the complete new one. A process that has the old file open keeps
 * it. Needs the lock of the name. If `extents` is given, the staged file must be a hole everywhere else.
 */
export async function replaceDisk(
  cache: Cache,
  staging: Staging,
  { name, path, record }: Pick<Entry, 'name' | 'path' | 'record'>,
  extents: Extents | undefined,
  signal: AbortSignal,
): Promise<void> {
  cache.requireWritable();
  await requireLock(cache, name);
  await inCache(path, 'repair', async () => {
    const ready = join(staging.dir, 'ready');
    const { synced } = await seal(cache, staging, staging.disk, ready, async (handle) => {
      const { blocks, sizeBytes } = await tabulateDisk(ready, extents, signal);
      const found = digestBlocks(blocks, sizeBytes);
      if (found !== record.disk.contentDigest) throw differs(name, path);
      const seconds = record.disk.mtimeMs / 1000;
      await handle.utimes(seconds, seconds);
    });
    await synced;
    await requireLock(cache, name);
    await rename(ready, path);
    await syncImages(cache);
  });
}

function differs(name: string, path: string): IntegrityError {
  return new IntegrityError({
    code: 'ERR_DIGEST',
    message: `${name} with its rebuilt blocks is not the published disk`,
    hint: 'Run: rootdisk cache verify --repair',
    details: { fileName: path, reason: 'damaged' },
  });
}
