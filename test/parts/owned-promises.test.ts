import { afterEach, beforeEach, expect, test } from 'vitest';
import { abortableStream } from '../../src/kit/abort.ts';
import { awaitPlugin } from '../../src/parts/await-plugin.ts';

const unhandled: unknown[] = [];
const note = (error: unknown): number => unhandled.push(error);
beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', note);
});
afterEach(() => {
  process.off('unhandledRejection', note);
});

test('a plug-in that throws synchronously in an aborted call leaves no unhandled rejection', async () => {
  const signal = AbortSignal.abort(new Error('the caller stopped'));
  const calling = awaitPlugin('acme', 'list', signal, () => {
    throw new Error('not even a promise');
  });
  await expect(calling).rejects.toThrow('not even a promise');
  // Longer than the time for a plug-in to end after an abort.
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(unhandled).toEqual([]);
});

test.each<[string, () => Promise<IteratorReturnResult<void>>]>([
  [
    'throws',
    () => {
      throw new Error('a bad close');
    },
  ],
  ['rejects', () => Promise.reject(new Error('a bad close'))],
])('a stream whose close %s ends with the reason why it was stopped', async (_, close) => {
  const reason = new Error('the caller stopped');
  const stop = new AbortController();
  const stream: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        setImmediate(() => stop.abort(reason));
        return new Promise<never>(() => {});
      },
      return: close,
    }),
  };
  const reading = (async () => {
    for await (const _ of abortableStream(stream, stop.signal));
  })();
  await expect(reading).rejects.toBe(reason);
  await new Promise((resolve) => setImmediate(resolve));
  expect(unhandled).toEqual([]);
});
