import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CacheError } from '../../errors.ts';
import { pollDelay, sleep } from '../../kit/abort.ts';
import type { Cache } from '../cache.ts';
import { inCache } from '../cache-error.ts';
import { identify, tryLockFile, unlinkLockFile } from '../locks/lock-file.ts';
import { makeFolders } from '../make-folders.ts';
import { replaceFile } from '../replace-file.ts';

/** A holder reads and writes one small file; one that takes longer is stopped. */
const waitMs = 20_000;

/** The only writer of one state file, over all processes. */
export interface StateLock {
  release(): Promise<void>;
}

/** Waits for the lock of a state file; `ERR_CACHE_IO` where its holder does not let go. */
export async function lockState(cache: Cache, path: string): Promise<StateLock> {
  const lockPath = `${path}.lock`;
  const until = performance.now() + waitMs;
  // The whole cache may have been removed since it was opened.
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

/** Puts a state file in place in one step, through a loss of power too. Needs its lock. */
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
