import { lockName } from '../cache/locks/name-lock.ts';
import { stagedBytes, stagedTotal } from '../cache/staging.ts';
import type { Call } from './call.ts';
import { trace } from './trace.ts';

/**
 * Waits until this call holds the lock of a name, then runs work; meanwhile it reports the progress of the lock
 * holder.
 */
export async function waitForName<T>(call: Call, name: string, work: () => Promise<T>): Promise<T> {
  const lock = await trace(call, 'wait', { cacheName: name }, async () => {
    let reporting: Promise<void> | undefined;
    const onWait = (): void => {
      if (reporting === undefined) {
        call.progress.stage('wait', `waiting for another process to finish ${name}`);
      }
      reporting = reportHolder(call, name);
    };
    try {
      return await lockName(call.cache, name, { signal: call.signal, onWait });
    } finally {
      // Reports about the holder come before the first report about this call.
      await reporting;
    }
  });
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

/** Reports the progress of the holder's download, from its staging folder; nothing while there is no download. */
async function reportHolder(call: Call, name: string): Promise<void> {
  const bytes = await stagedBytes(call.cache, name);
  if (bytes > 0) call.progress.wait(name, bytes, await stagedTotal(call.cache, name));
}
