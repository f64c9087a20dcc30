import { randomBytes } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startCleanUp } from './background-work.ts';
import type { Cache } from './cache.ts';
import { isErrno } from './cache-error.ts';
import { listFolder } from './entries/names-on-disk.ts';

/**
 * True for a staging folder that is no longer needed; no disk can have such a name. No lock covers it: any process
 * may remove it at any time, several at once too.
 */
export function isRetired(file: string): boolean {
  return /^\.removed-[0-9a-f]{16}$/.test(file);
}

/**
 * Renames a staging folder out of the way in one step and removes it afterwards, because freeing large files takes
 * time.
 */
export async function retireFolder(cache: Cache, dir: string): Promise<void> {
  const retired = join(cache.folder('staging'), `.removed-${randomBytes(8).toString('hex')}`);
  try {
    await rename(dir, retired);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return;
    throw error;
  }
  startCleanUp(cache, `${retired} stays`, () => remove(retired));
}

/** Starts to remove the folders that a killed process retired but did not remove. */
export function sweepRetired(cache: Cache): void {
  const staging = cache.folder('staging');
  startCleanUp(cache, `removed files stay in ${staging}`, async () => {
    for (const file of (await listFolder(staging)).filter(isRetired)) {
      await remove(join(staging, file));
    }
  });
}

async function remove(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true });
}
