/**
 * Waits for a promise, but throws the signal's reason as soon as it aborts; the work itself continues, and its result
 * is ignored.
 */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([aborted, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Waits for `ms` milliseconds; an abort ends the wait at once and throws the signal's reason. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  const { promise: elapsed, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  try {
    await (signal === undefined ? elapsed : abortable(elapsed, signal));
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Pause in milliseconds before the next attempt at a lock: from 25..50 up to 75..150 (`most`), random so that waiting
 * processes do not try at the same time.
 */
export function pollDelay(attempt: number, most = 150): number {
  const longest = Math.min(most, 50 * 1.5 ** Math.min(attempt, 10));
  return longest * (0.5 + Math.random() / 2);
}

/** The pieces of a stream until `signal` is aborted; then its reason is thrown, even while the stream is waiting. */
export async function* abortableStream<T>(
  stream: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncIterable<T> {
  const iterator = stream[Symbol.asyncIterator]();
  let isDone = false;
  try {
    for (;;) {
      const next = await abortable(iterator.next(), signal);
      isDone = next.done === true;
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // A waiting stream can be closed only after it continues; the caller does not wait for that.
    if (!isDone) void closeSoon(iterator);
  }
}

/** Never rejects, even if the stream of a plug-in misbehaves. */
async function closeSoon(iterator: AsyncIterator<unknown>): Promise<void> {
  await (async () => iterator.return?.())().catch(() => undefined);
}
