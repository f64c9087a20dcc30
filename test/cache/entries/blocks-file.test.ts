import {
  chmod,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { awaitCleanUps } from '../../../src/cache/background-work.ts';
import { openCache } from '../../../src/cache/cache-folder.ts';
import { readDigestTable, restoreDigestTable } from '../../../src/cache/entries/blocks-file.ts';
import { type Entry, readEntry } from '../../../src/cache/entries/read.ts';
import { verifyEntry } from '../../../src/cache/entries/verify.ts';
import { lockName } from '../../../src/cache/locks/name-lock.ts';
import { formatRecord } from '../../../src/cache/records/image-record.ts';
import { tempDir } from '../temp-dir.ts';
import { diskBytes, makeEntry, nameOf, sourceBytes } from './make-entry.ts';

const MiB = 1024 * 1024;
const name = nameOf('1');
const { signal } = new AbortController();

/** Writes a record in the form of version 0.1: with extents, and without a table beside it. */
async function makeOld(entry: Entry): Promise<void> {
  const extents = [[MiB, MiB]] as const;
  await rm(`${entry.path}.blocks`);
  await writeFile(`${entry.path}.json`, formatRecord({ ...entry.record, extents }));
}

describe('the table beside a disk', () => {
  it('holds its extents and the digests of its blocks', async () => {
    const cache = await openCache(await tempDir());
    const entry = await makeEntry(cache, name, 'x');
    const { table, defect } = await readDigestTable(entry);
    expect(defect).toBeUndefined();
    expect(table?.extents).toEqual([[MiB + 4096, sourceBytes('x').length]]);
    expect([...(table?.blocks.keys() ?? [])]).toEqual([MiB]);
  });

  it('keeps the record small, for any number of extents', async () => {
    const cache = await openCache(await tempDir());
    const count = 100_000;
    const extents = Array.from({ length: count }, (_, i) => [i * 131072, 65536] as const);
    const sizeBytes = count * 131072;
    // Known digests are not computed again.
    const disk = { virtualSize: sizeBytes, blocks: new Map() };
    const entry = await makeEntry(cache, name, 'x', { sizeBytes, change: { extents, disk } });
    expect((await stat(`${entry.path}.json`)).size).toBeLessThan(16 * 1024);
    expect((await readDigestTable(entry)).table?.extents).toEqual(extents);
  });

  it('shows which blocks of a damaged disk are damaged', async () => {
    const cache = await openCache(await tempDir());
    const entry = await makeEntry(cache, name);
    await chmod(entry.path, 0o644);
    const handle = await open(entry.path, 'r+');
    for (const position of [5, MiB + 4100, diskBytes - 1]) {
      await handle.write(Buffer.from('!'), 0, 1, position);
    }
    await handle.close();
    expect(await verifyEntry(entry)).toEqual({
      state: 'damaged',
      reason: 'its bytes are not the published ones: 3 blocks of 1 MiB, the first at byte 0',
      damage: [
        [0, 2 * MiB],
        [3 * MiB, 512],
      ],
    });
    await rm(`${entry.path}.blocks`);
    expect(await verifyEntry(entry)).toEqual({
      state: 'damaged',
      reason: 'its bytes are not the published ones',
    });
  });
});

describe('an invalid table', () => {
  it('is reported, counts as missing and is made again', async () => {
    const cacheDir = await tempDir();
    const warnings: string[] = [];
    const cache = await openCache(cacheDir, { warn: ({ message }) => warnings.push(message) });
    const entry = await makeEntry(cache, name);
    const other = await makeEntry(cache, nameOf('2'), 'other');
    const path = `${entry.path}.blocks`;
    const good = await readFile(path);
    const bad: [RegExp, () => Promise<unknown>][] = [
      [/cut/, () => truncate(path, 20)],
      [/has \d+ bytes, not/, () => truncate(path, good.length - 1)],
      [/another disk/, async () => writeFile(path, await readFile(`${other.path}.blocks`))],
      [/not a table/, () => writeFile(path, Buffer.alloc(100))],
      [/changed/, () => writeFile(path, good.with(50, (good[50] ?? 0) ^ 1))],
    ];
    for (const [reason, damage] of bad) {
      await damage();
      warnings.length = 0;
      expect(await readDigestTable(entry)).toEqual({ defect: expect.stringMatching(reason) });
      expect(await readEntry(cache, name)).toEqual(entry);
      expect(await verifyEntry(entry)).toEqual({ state: 'intact' });
      await restoreDigestTable(cache, entry, signal);
      expect(warnings).toEqual([expect.stringMatching(reason)]);
      expect(warnings[0]).toContain(path);
      expect((await readDigestTable(entry)).table?.blocks.size).toBe(1);
    }
  });

  it('is not made for a disk that was removed since the check', async () => {
    const cache = await openCache(await tempDir());
    const entry = await makeEntry(cache, name, 'x');
    for (const file of [entry.path, `${entry.path}.json`, `${entry.path}.blocks`]) await rm(file);
    await restoreDigestTable(cache, entry, signal);
    expect((await readdir(cache.imagesDir)).filter((file) => file.startsWith(name))).toEqual([]);
  });

  it('is not read into memory if it is too long', async () => {
    const cache = await openCache(await tempDir());
    const entry = await makeEntry(cache, name);
    const path = `${entry.path}.blocks`;
    const handle = await open(path, 'r+');
    const handles = Object.getPrototypeOf(handle);
    await handle.truncate(2 ** 40);
    const asked: number[] = [];
    const read = handles.read;
    const spy = vi.spyOn(handles, 'read').mockImplementation(function (
      this: unknown,
      ...parameters
    ) {
      asked.push(Number(parameters[2]));
      return Reflect.apply(read, this, parameters);
    });
    try {
      expect((await readDigestTable(entry)).defect).toMatch(/has 1099511627776 bytes/);
      // A header with a false length is not trusted either.
      const counts = Buffer.alloc(8);
      counts.writeBigUInt64LE(2n ** 35n);
      await handle.write(counts, 0, 8, 24);
      expect((await readDigestTable(entry)).defect).toMatch(/too many extents/);
    } finally {
      spy.mockRestore();
      await handle.close();
    }
    expect(asked).toEqual([40, 40]);
  });

  it('is not replaced by a call that may not write, or while the lock is held', async () => {
    const cache = await openCache(await tempDir());
    const entry = await makeEntry(cache, name);
    await rm(`${entry.path}.blocks`);
    await restoreDigestTable(await openCache(cache.cacheDir, { readOnly: true }), entry, signal);
    const lock = await lockName(await openCache(cache.cacheDir), name);
    await restoreDigestTable(cache, entry, signal);
    await lock.release();
    expect(await readDigestTable(entry)).toEqual({});
    await restoreDigestTable(cache, entry, signal);
    expect(await readDigestTable(entry)).toHaveProperty('table');
  });
});

describe('a record of version 0.1', () => {
  it('is served, and made small when its table is made', async () => {
    const cache = await openCache(await tempDir());
    const made = await makeEntry(cache, name);
    await makeOld(made);
    const old = await readEntry(cache, name);
    expect(old?.record).toEqual({ ...made.record, extents: [[MiB, MiB]] });
    if (old === undefined) return;
    expect(await verifyEntry(old)).toEqual({ state: 'intact' });
    await restoreDigestTable(cache, old, signal);
    expect(await readEntry(cache, name)).toEqual(made);
    expect((await readDigestTable(made)).table?.extents).toEqual([[MiB, 131072]]);
  });

  it('gets a table when the same disk is published again', async () => {
    const cache = await openCache(await tempDir());
    const made = await makeEntry(cache, name);
    const { ino } = await stat(made.path);
    await makeOld(made);
    const again = await makeEntry(cache, name);
    expect((await stat(made.path)).ino).toBe(ino);
    expect(again).toEqual(made);
    expect(await readDigestTable(again)).toHaveProperty('table');
  });
});

describe('a process that is killed', () => {
  it('after the table was written leaves no entry, and the next call completes it', async () => {
    const cache = await openCache(await tempDir());
    const { path } = await makeEntry(cache, name);
    await rm(path);
    await rm(`${path}.json`);
    expect(await readEntry(cache, name)).toBeUndefined();
    const again = await makeEntry(cache, name, 'other bytes');
    expect(again.name).toBe(name);
    expect(await readDigestTable(again)).toHaveProperty('table');
  });

  it('between the table of a new disk and its record leaves the old disk unchanged', async () => {
    const cache = await openCache(await tempDir());
    const old = await makeEntry(cache, name, 'x');
    const other = await makeEntry(cache, nameOf('2'), 'y');
    await rename(`${other.path}.blocks`, `${old.path}.blocks`);
    expect(await readEntry(cache, name)).toEqual(old);
    expect(await verifyEntry(old)).toEqual({ state: 'intact' });
    await restoreDigestTable(cache, old, signal);
    expect(await readDigestTable(old)).toHaveProperty('table');
    await awaitCleanUps();
    expect(await readdir(cache.folder('staging'))).toEqual([]);
    expect((await stat(join(cache.imagesDir, `${name}.blocks`))).mode & 0o7777).toBe(0o644);
  });
});
