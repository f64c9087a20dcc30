import { lockName } from '../cache/locks/name-lock.ts';
import { stagedBytes, stagedTotal } from '../cache/staging.ts';
import type { Call } from './call.ts';
import { trace } from './trace.ts';

/**
 * Waits until this call holds a name, alone among all processes, and runs work; the progress of another holder is reported
 * meanwhile.
 */
export async function waitForName<T>(call: Call, name: string, work: () => Promise<T>): Promise<T> {
  const lock = await trace(call, 'wait', { cacheName: name }, async () => {
    let reporting: Promise<void> | undefined;
    const onWait = (): void => {
      if (reporting === undefined) {
        call.progress.stage('wait', `waiting for another caller to finish ${name}`);
      }
      reporting = reportHolder(call, name);
    };
    try {
      return await lockName(call.cache, name, { signal: call.signal, onWait });
    } finally {
      // What is told of the holder comes before anything that this call does itself.
      await reporting;
    }
  });
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

/** How far the holder's download is, read from its staging folder; nothing while there is none. */
async function reportHolder(call: Call, name: string): Promise<void> {
  const bytes = await stagedBytes(call.cache, name);
  if (bytes > 0) call.progress.wait(name, bytes, await stagedTotal(call.cache, name));
}
