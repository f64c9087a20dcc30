import { expect, test } from 'vitest';
import { type Part, PartWindow } from '../../src/download/part-window.ts';

const never = new AbortController().signal;
const open = (start = 0) => new PartWindow({ start, end: 45, partBytes: 10, windowBytes: 30 });

async function takeAll(window: PartWindow): Promise<Part[]> {
  const parts: Part[] = [];
  for (let part = await window.take(never); part; part = await window.take(never)) {
    parts.push(part);
    window.wrote(part, part.end);
  }
  return parts;
}

test('parts follow each other to the end of the file', async () => {
  const window = open();
  expect(await takeAll(window)).toEqual([
    { start: 0, end: 10 },
    { start: 10, end: 20 },
    { start: 20, end: 30 },
    { start: 30, end: 40 },
    { start: 40, end: 45 },
  ]);
  expect(window.mark).toBe(45);
  expect(await takeAll(open(45))).toEqual([]);
});

test('the first part may have another length, and the file may have begun', async () => {
  const window = open(7);
  expect(await window.take(never, 12)).toEqual({ start: 7, end: 12 });
  expect(await window.take(never)).toEqual({ start: 12, end: 22 });
});

test('the mark is before the first missing byte', async () => {
  const window = open();
  const [a, b, c] = [await window.take(never), await window.take(never), await window.take(never)];
  if (a === undefined || b === undefined || c === undefined) throw new Error('three parts');
  window.wrote(b, 15);
  window.wrote(c, 30);
  expect(window.mark).toBe(0);
  window.wrote(a, 4);
  expect(window.mark).toBe(4);
  window.wrote(a, 10);
  expect(window.mark).toBe(15);
  window.wrote(b, 20);
  expect(window.mark).toBe(30);
});

test('a part beyond the window waits until the mark has moved', async () => {
  const window = open();
  const first = await window.take(never);
  await window.take(never);
  await window.take(never);
  const stop = new AbortController();
  const stopped = window.take(stop.signal);
  let taken: Part | undefined;
  const waiting = window.take(never).then((part) => {
    taken = part;
  });
  stop.abort(new Error('stop'));
  await expect(stopped).rejects.toThrow('stop');
  expect(taken).toBeUndefined();
  if (first !== undefined) window.wrote(first, 1);
  await waiting;
  expect(taken).toEqual({ start: 30, end: 40 });
});
