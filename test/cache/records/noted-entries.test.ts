import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Cache, openCache } from '../../../src/cache/cache-folder.ts';
import {
  type NotedEntry,
  noteEntries,
  readNoted,
} from '../../../src/cache/records/noted-entries.ts';
import { nameOf } from '../entries/make-entry.ts';
import { tempDir } from '../temp-dir.ts';

const note = (day: number): NotedEntry => ({
  name: nameOf(String(day)),
  created: new Date(day * 86_400_000).toISOString(),
  sha256: 'a'.repeat(64),
});
const begin = { begin: true };

async function listPath(cache: Cache): Promise<string> {
  const folder = cache.folder('state');
  const [file = ''] = await readdir(folder);
  return join(folder, file);
}

it('returns the recorded names of a request, newest first, each name once', async () => {
  const cache = await openCache(await tempDir());
  expect(await readNoted(cache, 'a')).toBeUndefined();
  await noteEntries(cache, ['a', 'b'], [note(1)], begin);
  await noteEntries(cache, ['a'], [note(3), note(2)], begin);
  const again = { ...note(1), created: note(4).created };
  await noteEntries(cache, ['a'], [again], begin);
  expect(await readNoted(cache, 'a')).toEqual([again, note(3), note(2)]);
  expect(await readNoted(cache, 'b')).toEqual([note(1)]);
  expect((await stat(await listPath(cache))).mode & 0o7777).toBe(0o644);
});

it('writes nothing if nothing is new, and starts no list by itself', async () => {
  const cache = await openCache(await tempDir());
  await noteEntries(cache, ['a'], [note(1)], { begin: false });
  expect(await readdir(cache.folder('state'))).toEqual([]);
  await noteEntries(cache, ['a'], [note(1)], begin);
  const { ino } = await stat(await listPath(cache));
  await noteEntries(cache, ['a'], [note(1)], begin);
  expect((await stat(await listPath(cache))).ino).toBe(ino);
  await noteEntries(cache, ['a'], [note(2)], { begin: false });
  expect(await readNoted(cache, 'a')).toEqual([note(2), note(1)]);
});

it('loses no entry if several are added at the same time', async () => {
  const cacheDir = await tempDir();
  const days = Array.from({ length: 12 }, (_, i) => i + 1);
  await Promise.all(
    days.map(async (day) => noteEntries(await openCache(cacheDir), ['a'], [note(day)], begin)),
  );
  const noted = await readNoted(await openCache(cacheDir), 'a');
  expect(noted).toEqual(days.map(note).reverse());
});

it('keeps the newest of a large number', async () => {
  const cache = await openCache(await tempDir());
  const days = Array.from({ length: 600 }, (_, i) => note(i + 1));
  await noteEntries(cache, ['a'], days, begin);
  const noted = await readNoted(cache, 'a');
  expect(noted?.length).toBe(512);
  expect(noted?.[0]).toEqual(note(600));
});

it('leaves no list without the newest disk if it cannot be written', async () => {
  const warnings: string[] = [];
  const cache = await openCache(await tempDir(), { warn: ({ message }) => warnings.push(message) });
  await noteEntries(cache, ['a'], [note(1)], begin);
  const path = await listPath(cache);
  // Blocks the new file.
  await mkdir(`${path}.new`);
  await noteEntries(cache, ['a'], [note(2)], begin);
  expect(warnings).toEqual([expect.stringContaining('not stored')]);
  expect(await readNoted(cache, 'a')).toBeUndefined();
  await rm(`${path}.new`, { recursive: true });
  await noteEntries(cache, ['a'], [note(2)], begin);
  expect(await readNoted(cache, 'a')).toEqual([note(2)]);
});
