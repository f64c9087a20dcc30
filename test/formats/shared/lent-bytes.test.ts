import { describe, expect, test } from 'vitest';
import { LentBytes } from '../../../formats/shared/sources/lent-bytes.ts';

const piece = (value: number): Uint8Array => new Uint8Array([value]);

async function* count(to: number, failure?: Error): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < to; i += 1) yield piece(i);
  if (failure !== undefined) throw failure;
}

describe('bytes that were lent', () => {
  test('are reported once each, whether they are taken singly or all at once', async () => {
    const lent = new LentBytes(count(5));
    const heard: number[] = [];
    lent.listener = ([value = -1]) => heard.push(value);
    expect(await lent.next()).toEqual({ done: false, value: piece(0) });
    for await (const _ of lent) break;
    await lent.finish();
    expect(heard).toEqual([0, 1, 2, 3, 4]);
  });

  test('come in order for any number of parallel requests', async () => {
    const lent = new LentBytes(count(4));
    const asked = [lent.next(), lent.next(), lent.finish(), lent.next()];
    const [first, second, , late] = asked;
    expect(await first).toEqual({ done: false, value: piece(0) });
    expect(await second).toEqual({ done: false, value: piece(1) });
    await expect(late).rejects.toThrow(/past this member/);
  });

  test('end for a consumer from which nothing was taken back', async () => {
    const lent = new LentBytes(count(1));
    await lent.next();
    await lent.finish();
    await lent.finish();
    expect((await lent.next()).done).toBe(true);
  });

  test('fail for every reader once they have failed', async () => {
    const failure = new Error('damaged');
    const lent = new LentBytes(count(1, failure));
    await lent.next();
    await expect(lent.next()).rejects.toBe(failure);
    await expect(lent.finish()).rejects.toBe(failure);
    await expect(lent.next()).rejects.toBe(failure);
  });

  test('are not read before the first request', async () => {
    const lent = new LentBytes(count(1));
    expect(lent.lent).toBe(false);
    await lent.next();
    expect(lent.lent).toBe(true);
  });
});
