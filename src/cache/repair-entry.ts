import { chmod, utimes } from 'node:fs/promises';
import type { Cache } from './cache.ts';
import { inCache } from './cache-error.ts';
import { requireLock } from './name-lock.ts';
import type { Entry } from './read-entry.ts';

/** Restores mode and recorded mtime of a disk that `verifyEntry` found `touched`. Needs the lock of its name. */
export async function repairEntry(
  cache: Cache,
  { name, path, record }: Pick<Entry, 'name' | 'path' | 'record'>,
): Promise<void> {
  cache.requireWritable();
  await requireLock(cache, name);
  const seconds = record.disk.mtimeMs / 1000;
  await inCache(path, 'repair', async () => {
    await chmod(path, 0o444);
    await utimes(path, seconds, seconds);
  });
}
