import { expect, test } from 'vitest';
import { inOrder } from '../../../formats/shared/writing/in-order.ts';

/** Jobs that the test ends, and the number of running ones. */
class Jobs {
  open = 0;
  most = 0;
  started: number[] = [];
  readonly ends = new Map<number, (error?: Error) => void>();

  run = async (job: number): Promise<number> => {
    this.open += 1;
    this.most = Math.max(this.most, this.open);
    this.started.push(job);
    try {
      await new Promise<void>((resolve, reject) => {
        this.ends.set(job, (error) => (error === undefined ? resolve() : reject(error)));
      });
      return 10 * job;
    } finally {
      this.open -= 1;
    }
  };
}

test('results come in the order of the jobs, whichever ends first', async () => {
  const jobs = new Jobs();
  const results = inOrder([1, 2, 3], 3, jobs.run);
  const first = results.next();
  await new Promise(setImmediate);
  for (const job of [3, 2, 1]) jobs.ends.get(job)?.();
  expect([(await first).value, (await results.next()).value]).toEqual([10, 20]);
  expect((await results.next()).value).toBe(30);
  expect((await results.next()).done).toBe(true);
});

test('no more jobs than the width are running or wait to be consumed', async () => {
  const jobs = new Jobs();
  const taken: number[] = [];
  const consumer = (async () => {
    for await (const result of inOrder([1, 2, 3, 4, 5, 6, 7], 3, jobs.run)) {
      taken.push(result);
      expect(jobs.started.length).toBeLessThanOrEqual(taken.length + 2);
    }
  })();
  for (let job = 1; job <= 7; job += 1) {
    while (!jobs.ends.has(job)) await new Promise(setImmediate);
    jobs.ends.get(job)?.();
  }
  await consumer;
  expect(taken).toEqual([10, 20, 30, 40, 50, 60, 70]);
  expect(jobs.most).toBe(3);
});

test('after a failure the others have ended before the caller gets the error', async () => {
  const jobs = new Jobs();
  const results = inOrder([1, 2, 3], 3, jobs.run);
  const first = results.next();
  first.catch(() => {});
  await new Promise(setImmediate);
  jobs.ends.get(1)?.(new Error('no'));
  jobs.ends.get(2)?.(new Error('neither'));
  await new Promise(setImmediate);
  expect(jobs.open).toBe(1);
  jobs.ends.get(3)?.();
  await expect(first).rejects.toThrow('no');
  expect(jobs.open).toBe(0);
});
