import { chmod, open, rm, stat, utimes } from 'node:fs/promises';
import { expect, it, vi } from 'vitest';
import { openCache } from '../../../src/cache/cache-folder.ts';
import { judgeName } from '../../../src/cache/entries/judge.ts';
import { readEntry } from '../../../src/cache/entries/read.ts';
import { removeEntry } from '../../../src/cache/entries/remove.ts';
import { lockName } from '../../../src/cache/locks/name-lock.ts';
import { tempDir } from '../temp-dir.ts';
import { makeEntry, nameOf } from './make-entry.ts';

const name = nameOf('1');
const { signal } = new AbortController();
const repair = { repair: true, signal };
const look = { repair: false, signal };

/** Runs `meanwhile` once, while a disk is being read. */
async function whileReading(path: string, meanwhile: () => Promise<void>): Promise<void> {
  const handle = await open(path);
  const handles = Object.getPrototypeOf(handle);
  await handle.close();
  const read = handles.read;
  let isDone = false;
  vi.spyOn(handles, 'read').mockImplementation(async function (this: unknown, ...parameters) {
    if (!isDone) {
      isDone = true;
      await meanwhile();
    }
    return Reflect.apply(read, this, parameters);
  });
}

it('a repair does not change a disk that was published while the old one was read', async () => {
  const cache = await openCache(await tempDir());
  const { path } = await makeEntry(cache, name);
  await utimes(path, 1, 1);
  await whileReading(path, async () => {
    await rm(path);
    await makeEntry(cache, name);
  });
  try {
    expect(await judgeName(cache, name, repair)).toMatchObject({ state: 'intact' });
  } finally {
    vi.restoreAllMocks();
  }
  const entry = await readEntry(cache, name);
  expect((await stat(path)).mtimeMs).toBe(entry?.record.disk.mtimeMs);
});

it('a disk with a changed time is repaired under its lock, and left to a holder of the lock', async () => {
  const cache = await openCache(await tempDir());
  const { path } = await makeEntry(cache, name);
  await chmod(path, 0o600);
  await utimes(path, 1, 1);
  expect(await judgeName(cache, name, look)).toMatchObject({ state: 'touched' });
  const other = await openCache(cache.cacheDir);
  const lock = await lockName(other, name);
  expect(await judgeName(cache, name, repair)).toMatchObject({ state: 'touched' });
  await lock.release();
  expect(await judgeName(cache, name, repair)).toMatchObject({ state: 'repaired' });
  expect(await judgeName(cache, name, look)).toMatchObject({ state: 'intact' });
});

it('files of a killed call without a disk are reported as such', async () => {
  const cache = await openCache(await tempDir());
  await makeEntry(cache, name, name, { keepSource: true });
  await rm(cache.pathOf(name));
  expect(await judgeName(cache, name, look)).toMatchObject({
    state: 'leftover',
    reason: /missing/,
  });
  await rm(cache.recordPathOf(name));
  expect(await judgeName(cache, name, repair)).toMatchObject({ state: 'leftover' });
  const lock = await lockName(cache, name);
  expect(await judgeName(cache, name, look)).toMatchObject({ reason: /being made/ });
  await lock.release();
});

it('a disk that is removed while it is read is not reported as damaged', async () => {
  const cache = await openCache(await tempDir());
  const { path } = await makeEntry(cache, name);
  await whileReading(path, async () => {
    expect(await removeEntry(cache, name)).toMatchObject({ removed: true });
  });
  try {
    expect(await judgeName(cache, name, look)).toBeUndefined();
  } finally {
    vi.restoreAllMocks();
  }
});
