/** Waits; an abort ends it at once and rethrows the caller's reason. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted === true) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

/** Pause before the next look at a lock, in ms: from 25..50 up to 75..150 (`most`), random so that waiters spread. */
export function pollDelay(attempt: number, most = 150): number {
  const longest = Math.min(most, 50 * 1.5 ** Math.min(attempt, 10));
  return longest * (0.5 + Math.random() / 2);
}
