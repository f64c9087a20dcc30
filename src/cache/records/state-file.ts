import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CacheError } from '../../errors.ts';
import { pollDelay, sleep } from '../../kit/abort.ts';
import type { Cache } from '../cache.ts';
import { inCache } from '../cache-error.ts';
import { identify, tryLockFile, unlinkLockFile } from '../locks/lock-file.ts';
import { makeFolders } from '../make-folders.ts';
import { replaceFile } from '../replace-file.ts';

/** A holder only reads and writes one small file; one that takes longer than this is stopped. */
const waitMs = 20_000;

/** The lock of one state file; it has one holder among all processes. */
export interface StateLock {
  release(): Promise<void>;
}

/** Waits for the lock of a state file. Throws `ERR_CACHE_IO` if its holder does not release it in time. */
export async function lockState(cache: Cache, path: string): Promise<StateLock> {
  const lockPath = `${path}.lock`;
  const until = performance.now() + waitMs;
  // Another process may have removed the whole cache since it was opened.
  if (identify(cache.folder('state')) === undefined) await makeFolders(cache.cacheDir);
  for (let attempt = 0; performance.now() < until; attempt += 1) {
    const file = await tryLockFile(lockPath, 'exclusive');
    if (file === undefined) {
      await sleep(pollDelay(attempt, 20));
      continue;
    }
    return {
      async release() {
        try {
          await unlinkLockFile(lockPath);
        } finally {
          file.release();
        }
      },
    };
  }
  throw new CacheError({
    code: 'ERR_CACHE_IO',
    message: `another process holds ${lockPath}`,
    hint: 'End the process that was stopped while it used this cache.',
    details: { path: lockPath },
  });
}

/** Replaces a state file in one step that survives a power loss. Needs its lock. */
export async function replaceState(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  await inCache(path, 'write', async () => {
    await replaceFile(path, temporary, text);
    const folder = await open(dirname(path), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  });
}
