import { expect, test } from 'vitest';
import {
  AttemptAccount,
  defaultTuning,
  TransientFailure,
  withRetries,
} from '../../src/http/retry.ts';
import { parseRetryAfter, parseToldWait } from '../../src/http/status-failure.ts';
import { TransferError } from '../../src/kit.ts';

const address = new URL('https://images.example/');
const now = Date.parse('Tue, 06 Jan 2026 12:00:00 GMT');

test.each([
  ['0', 0],
  ['7', 7_000],
  [' 7 ', 7_000],
  ['Tue, 06 Jan 2026 12:00:30 GMT', 30_000],
  ['Tue, 06 Jan 2026 11:00:00 GMT', 0],
  ['-5', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After %s is a wait of %s ms', (value, ms) => {
  expect(parseRetryAfter(value, now)).toBe(ms);
});

test.each([
  ['retry-after: 1.16676ms, allowed: 44000/minute', 1.16676],
  ['{"errors":[{"message":"retry-after: 742.5µs, allowed: 2000/minute"}]}', 0.7425],
  ['Retry-After: 1m2.5s', 62_500],
  ['retry-after: 2h', 7_200_000],
  ['retry-after: soon', undefined],
  ['too many requests', undefined],
])('the body %j asks for %s ms', (text, ms) => {
  if (ms === undefined) expect(parseToldWait(text)).toBeUndefined();
  else expect(parseToldWait(text)).toBeCloseTo(ms, 6);
});

async function delaysOf(
  retryAfterMs: number | undefined,
  tuning: object,
  atLeastMs?: number,
): Promise<number[]> {
  const delays: number[] = [];
  const run = async (): Promise<never> => {
    const details = {};
    const failure = new TransferError({ code: 'ERR_NETWORK', message: 'down', details });
    throw new TransientFailure(failure, retryAfterMs, atLeastMs);
  };
  await withRetries(address, run, {
    tuning: { ...defaultTuning, ...tuning },
    account: new AttemptAccount(Infinity),
    signal: new AbortController().signal,
    log: () => {},
    onRetry: (event) => delays.push(event.delayMs),
  }).catch(() => {});
  return delays;
}

test('delays stay below a ceiling that doubles and is capped', async () => {
  const ceilings = [1, 2, 4, 8, 8, 8, 8];
  for (let round = 0; round < 20; round += 1) {
    const delays = await delaysOf(undefined, { attempts: 8, backoffBaseMs: 1, backoffCapMs: 8 });
    expect(delays).toHaveLength(7);
    for (const [i, delay] of delays.entries()) expect(delay).toBeLessThanOrEqual(ceilings[i] ?? 0);
  }
});

test("the server's wait is respected, up to a limit", async () => {
  expect(await delaysOf(3, { attempts: 3 })).toEqual([3, 3]);
  expect(await delaysOf(86_400_000, { attempts: 2, retryAfterCapMs: 5 })).toEqual([5]);
});

test('a rate limit in a body is waited for, with a random delay in addition', async () => {
  const tuning = { attempts: 4, backoffBaseMs: 2, backoffCapMs: 4 };
  const delays = await delaysOf(undefined, tuning, 5);
  for (const [i, delay] of delays.entries()) {
    expect(delay).toBeGreaterThanOrEqual(5);
    expect(delay).toBeLessThanOrEqual(5 + ([2, 4, 4][i] ?? 0));
  }
  expect(
    await delaysOf(undefined, { ...tuning, attempts: 2, retryAfterCapMs: 1 }, 60_000),
  ).not.toContain(60_000);
});

test('the last error gives the number of attempts', async () => {
  const failure = new TransferError({ code: 'ERR_NETWORK', message: 'down', details: {} });
  const run = () => Promise.reject(new TransientFailure(failure));
  const context = {
    tuning: { ...defaultTuning, attempts: 4, backoffBaseMs: 1 },
    account: new AttemptAccount(Infinity),
    signal: new AbortController().signal,
    log: () => {},
    onRetry: undefined,
  };
  await expect(withRetries(address, run, context)).rejects.toBe(failure);
  expect(failure.details.attempts).toBe(4);
});

test('a restart is no longer allowed if other addresses have used all attempts of the call', async () => {
  const details = { restart: true };
  const failure = new TransferError({ code: 'ERR_NETWORK', message: 'changed', details });
  const other = new TransferError({ code: 'ERR_NETWORK', message: 'down', details: {} });
  const context = {
    tuning: { ...defaultTuning, backoffBaseMs: 1, backoffCapMs: 1 },
    account: new AttemptAccount(3),
    signal: new AbortController().signal,
    log: () => {},
    onRetry: undefined,
  };
  await expect(withRetries(address, () => Promise.reject(failure), context)).rejects.toBe(failure);
  expect(failure.details.restart).toBe(true);
  const mirror = new URL('https://mirror.example/');
  const down = () => Promise.reject(new TransientFailure(other));
  await expect(withRetries(mirror, down, context)).rejects.toBe(other);
  const again = withRetries(address, () => Promise.resolve('asked'), context);
  await expect(again).rejects.toBe(failure);
  expect(failure.details).toMatchObject({ restart: false, attempts: 1 });
  const fresh = withRetries(new URL('https://b.example/'), down, context);
  await expect(fresh).rejects.toThrow('was not requested: 3 requests of this call have failed');
});
