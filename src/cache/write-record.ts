import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cache } from './cache.ts';
import { inCache } from './cache-error.ts';
import { requireCacheName } from './cache-name.ts';
import { formatRecord, type ImageRecord } from './image-record.ts';
import { requireLock } from './name-lock.ts';
import { parseImageRecord } from './parse-image-record.ts';
import { syncFolder } from './sync-folder.ts';

/**
 * Puts a record in place in one step, whether one is there or not: whoever reads sees the old one or the new one. Needs
 * the lock of its name. Gives back what a reader will see.
 */
export async function writeRecord(cache: Cache, record: ImageRecord): Promise<ImageRecord> {
  const path = cache.recordPathOf(record.name);
  const temporary = temporaryRecordPath(cache, record.name);
  const text = formatRecord(record);
  // What could not be read back would make a disk that is never found.
  const stored = parseImageRecord(text);
  await inCache(path, 'write', async () => {
    await rm(temporary, { force: true });
    try {
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
      const handle = await open(temporary, flags | constants.O_NOFOLLOW, 0o644);
      try {
        await handle.writeFile(text);
        await handle.chmod(0o644);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await requireLock(cache, record.name);
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
    await syncFolder(cache.imagesDir);
  });
  return stored;
}

/** One a name, as the lock has one holder; beside the staging folders, whose names never begin with a dot. */
export function temporaryRecordPath(cache: Cache, name: string): string {
  requireCacheName(name);
  return join(cache.folder('staging'), `.${name}.record`);
}
