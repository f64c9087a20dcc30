import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { abortable, sleep } from '../../src/kit/abort.ts';

const reason = new Error('the caller stopped');

/** A signal that aborts in a later turn of the event loop. */
function soon(): AbortSignal {
  const controller = new AbortController();
  setImmediate(() => controller.abort(reason));
  return controller.signal;
}

const never = (): Promise<never> => new Promise(() => {});

describe('abortable', () => {
  test('settles like the promise and leaves no listener on the signal', async () => {
    const { signal } = new AbortController();
    expect(await abortable(Promise.resolve(7), signal)).toBe(7);
    const failure = new Error('a read failed');
    await expect(abortable(Promise.reject(failure), signal)).rejects.toBe(failure);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('ends with the reason of the signal, before, during and after the promise settled', async () => {
    await expect(abortable(never(), soon())).rejects.toBe(reason);
    await expect(abortable(never(), AbortSignal.abort(reason))).rejects.toBe(reason);
    await expect(abortable(Promise.resolve(7), AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  test('a promise that fails after the abort causes no unhandled rejection', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): number => unhandled.push(error);
    process.on('unhandledRejection', note);
    const { promise, reject } = Promise.withResolvers<void>();
    await expect(abortable(promise, AbortSignal.abort(reason))).rejects.toBe(reason);
    reject(new Error('too late'));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});

describe('sleep', () => {
  test('ends by itself, with and without a signal', async () => {
    await sleep(1);
    await sleep(1, new AbortController().signal);
  });

  test('an abort ends it with the reason of the signal and leaves no timer', async () => {
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    await expect(sleep(600_000, soon())).rejects.toBe(reason);
    await expect(sleep(600_000, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(timers()).toBe(before);
  });
});
