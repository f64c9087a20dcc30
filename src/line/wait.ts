import { lockName } from '../cache/locks/name-lock.ts';
import { stagedBytes, stagedTotal } from '../cache/staging.ts';
import type { Call } from './call.ts';
import { traced } from './trace.ts';

/** Runs work as the one holder of a name across all processes; while another holds it, its progress is reported. */
export async function holdName<T>(call: Call, name: string, work: () => Promise<T>): Promise<T> {
  const lock = await traced('wait', { cacheName: name }, () => {
    let told = false;
    const onWait = (): void => {
      if (!told) call.progress.stage('wait', `waiting for another caller to finish ${name}`);
      told = true;
      void reportHolder(call, name);
    };
    return lockName(call.cache, name, { signal: call.signal, onWait });
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
