import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { inCache } from '../../cache/cache-error.ts';
import { tryLockFile } from '../../cache/locks/lock-file.ts';
import type { DeliveryImage, TargetContext } from '../../contracts/target.ts';
import { pollDelay, sleep } from '../../kit/abort.ts';
import { familyOf } from '../manifest/names.ts';

/** Holds a lock while work runs: other processes that deliver this vendor and series from this cache wait. */
export async function holdingBuild<T>(
  image: DeliveryImage,
  { cacheDir, signal, tell }: Pick<TargetContext, 'cacheDir' | 'signal' | 'tell'>,
  work: () => Promise<T>,
): Promise<T> {
  const folder = join(cacheDir, 'deliver', '.locks');
  await inCache(folder, 'create', () => mkdir(folder, { recursive: true, mode: 0o755 }));
  const path = join(folder, familyOf(image));
  for (let attempt = 0; ; attempt += 1) {
    signal.throwIfAborted();
    const lock = await tryLockFile(path, 'exclusive');
    if (lock === undefined) {
      if (attempt === 0) tell(`waiting for another build of ${familyOf(image)}`);
      await sleep(pollDelay(attempt), signal);
      continue;
    }
    try {
      return await work();
    } finally {
      lock.release();
    }
  }
}
