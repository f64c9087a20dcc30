import { chmod, open, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCache } from '../../../src/cache/cache-folder.ts';
import { listEntries, listStaging } from '../../../src/cache/entries/list.ts';
import { readEntry } from '../../../src/cache/entries/read.ts';
import { removeEntry } from '../../../src/cache/entries/remove.ts';
import { repairEntry, verifyEntry } from '../../../src/cache/entries/verify.ts';
import { freeBytes } from '../../../src/cache/free-space.ts';
import { leaseName } from '../../../src/cache/locks/lease.ts';
import { lockName } from '../../../src/cache/locks/name-lock.ts';
import { openStaging, stagedBytes, stagedTotal } from '../../../src/cache/staging.ts';
import { startChild } from '../child.ts';
import { tempDir } from '../temp-dir.ts';
import { diskBytes, makeEntry, nameOf } from './make-entry.ts';

const name = nameOf('1');

describe('verifyEntry', () => {
  it('finds every changed byte, in the data and in the holes', async () => {
    const cache = await openCache(await tempDir());
    const entry = await makeEntry(cache, name);
    const mtime = entry.record.disk.mtimeMs / 1000;
    await chmod(entry.path, 0o644);
    for (const position of [1024 * 1024 + 4096, 0, 2 * 1024 * 1024 + 7, diskBytes - 1]) {
      const before = await flip(entry.path, position);
      await utimes(entry.path, mtime, mtime);
      expect(await verifyEntry(entry)).toMatchObject({ state: 'damaged', reason: /bytes/ });
      await flip(entry.path, position, before);
    }
    await utimes(entry.path, mtime, mtime);
    expect(await verifyEntry(entry)).toMatchObject({ state: 'touched', reason: /mode/ });
    await chmod(entry.path, 0o444);
    expect(await verifyEntry(entry)).toEqual({ state: 'intact' });
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    await expect(verifyEntry(entry, { signal })).rejects.toBe(reason);
    await truncate(entry.path, 5);
    expect(await verifyEntry(entry)).toMatchObject({ state: 'damaged' });
    await rm(entry.path);
    expect(await verifyEntry(entry)).toMatchObject({ state: 'damaged' });
  });

  it('restores mode and mtime under the lock', async () => {
    const cache = await openCache(await tempDir());
    const entry = await makeEntry(cache, name);
    await chmod(entry.path, 0o666);
    await utimes(entry.path, 1, 1);
    expect(await readEntry(cache, name)).toBeUndefined();
    expect(await verifyEntry(entry)).toMatchObject({ state: 'touched' });
    await expect(repairEntry(cache, entry)).rejects.toMatchObject({ code: 'ERR_CACHE_LOCKED' });
    const lock = await lockName(cache, name);
    await repairEntry(cache, entry);
    await lock.release();
    expect(await readEntry(cache, name)).toEqual(entry);
    expect(await verifyEntry(entry)).toEqual({ state: 'intact' });
  });
});

describe('listEntries', () => {
  it('shows the entries, their size on disk, and their faults', async () => {
    const cache = await openCache(await tempDir());
    await makeEntry(cache, nameOf('1'), 'x', { keepSource: true });
    await makeEntry(cache, nameOf('2'));
    await makeEntry(cache, nameOf('3'));
    await utimes(cache.pathOf(nameOf('2')), 1, 1);
    await rm(cache.pathOf(nameOf('3')));
    await writeFile(`${cache.imagesDir}/a user's file.txt`, 'x');
    const lease = await leaseName(cache, nameOf('1'));
    const [first, second, third, ...rest] = await listEntries(cache);
    await lease.release();
    expect(rest).toEqual([]);
    expect(first).toMatchObject({
      name: nameOf('1'),
      state: 'ready',
      leased: true,
      sizeBytes: diskBytes,
    });
    expect(first?.lastUsed?.getTime()).toBeGreaterThan(Date.now() - 60_000);
    expect(second).toMatchObject({
      name: nameOf('2'),
      state: 'damaged',
      defect: /changed/,
      leased: false,
    });
    expect(second).not.toHaveProperty('lastUsed');
    expect(third).toMatchObject({
      name: nameOf('3'),
      state: 'damaged',
      defect: /missing/,
      sizeBytes: 0,
    });
    const files = [name, `${name}.json`, `${name}.source`, `${name}.blocks`].map((file) =>
      join(cache.imagesDir, file),
    );
    let blocks = 0;
    for (const file of files) blocks += (await stat(file)).blocks;
    expect(first?.allocatedBytes).toBe(blocks * 512);
  });

  it('shows running downloads, and their progress', async () => {
    const cache = await openCache(await tempDir());
    const lock = await lockName(cache, name);
    const staging = await openStaging(cache, name);
    expect(await stagedBytes(cache, name)).toBe(0);
    expect(await stagedTotal(cache, name)).toBeUndefined();
    const handle = await staging.create(staging.download);
    await handle.writeFile('0123456789');
    await handle.close();
    await writeFile(staging.downloadJson, '{"sizeBytes": 4096}');
    expect(await stagedBytes(cache, name)).toBe(10);
    expect(await stagedTotal(cache, name)).toBe(4096);
    await writeFile(staging.downloadJson, '{"sizeBytes": null}');
    expect(await stagedTotal(cache, name)).toBeUndefined();
    expect(await listStaging(cache)).toMatchObject([{ name, locked: true }]);
    expect(await listEntries(cache)).toEqual([]);
    await lock.release();
    expect(await listStaging(cache)).toMatchObject([{ name, locked: false }]);
  });
});

describe('removeEntry', () => {
  it('removes all files of an entry and reports the freed bytes', async () => {
    const cache = await openCache(await tempDir());
    await makeEntry(cache, name, 'x', { keepSource: true });
    await makeEntry(cache, nameOf('1', 'kernel'));
    await makeEntry(cache, nameOf('2'));
    await (await leaseName(cache, name)).release();
    const [listed] = (await listEntries(cache)).filter((entry) => entry.name === name);
    expect(await removeEntry(cache, name)).toEqual({
      removed: true,
      freedBytes: listed?.allocatedBytes,
    });
    expect((await readdir(cache.imagesDir)).filter((file) => file.startsWith(name))).toEqual([]);
    expect((await listEntries(cache)).map((entry) => entry.name)).toEqual([
      nameOf('1', 'kernel'),
      nameOf('2'),
    ]);
    expect(await readdir(cache.folder('leases'))).toEqual([]);
    expect(await removeEntry(cache, name)).toEqual({ removed: false, freedBytes: 0 });
    // The lock file is removed with the last file of the build.
    expect((await readdir(cache.folder('locks'))).length).toBe(2);
    await removeEntry(cache, nameOf('1', 'kernel'));
    await removeEntry(cache, nameOf('2'));
    expect(await readdir(cache.folder('locks'))).toEqual([]);
    expect((await makeEntry(cache, name)).name).toBe(name);
  });

  it('does not touch a running download, by this process or another', async () => {
    const cacheDir = await tempDir();
    const cache = await openCache(cacheDir);
    const child = startChild('hold-lock.ts', [cacheDir, name]);
    await child.line();
    await expect(removeEntry(cache, name)).rejects.toMatchObject({ code: 'ERR_CACHE_LOCKED' });
    await child.kill();
    const lock = await lockName(cache, name);
    const staging = await openStaging(cache, name);
    await (await staging.create(staging.download)).close();
    await expect(removeEntry(cache, name)).rejects.toMatchObject({ code: 'ERR_CACHE_LOCKED' });
    expect(await readdir(staging.dir)).toEqual(['download']);
    await lock.release();
    expect(await removeEntry(cache, name)).toMatchObject({ removed: true });
    expect(await listStaging(cache)).toEqual([]);
  });

  it('removes a leased disk only by force, and a process that has it open can continue reading', async () => {
    const cache = await openCache(await tempDir());
    const { path } = await makeEntry(cache, name);
    const lease = await leaseName(cache, name);
    const reader = await open(path);
    await expect(removeEntry(cache, name)).rejects.toMatchObject({ code: 'ERR_CACHE_LOCKED' });
    expect(await readEntry(cache, name)).toBeDefined();
    expect(await removeEntry(cache, name, { force: true })).toMatchObject({ removed: true });
    expect((await reader.stat()).size).toBe(diskBytes);
    await reader.close();
    await lease.release();
  });

  it('allows no lease of a disk that is being removed', async () => {
    const cache = await openCache(await tempDir());
    for (let round = 0; round < 20; round += 1) {
      await makeEntry(cache, name);
      const removing = removeEntry(cache, name).then(
        () => 'removed',
        () => 'refused',
      );
      const lease = await leaseName(cache, name);
      const entry = await readEntry(cache, name);
      expect(await removing).toBe(entry === undefined ? 'removed' : 'refused');
      await lease.release();
    }
  });

  it('refuses paths', async () => {
    const cache = await openCache(await tempDir());
    for (const bad of ['../../etc/passwd', '.', 'CACHEDIR.TAG', '/etc/passwd']) {
      await expect(removeEntry(cache, bad)).rejects.toMatchObject({ code: 'ERR_INVALID_REQUEST' });
    }
  });
});

describe('freeBytes', () => {
  it('measures the file system and throws a typed error if it cannot', async () => {
    const dir = await tempDir();
    expect(await freeBytes(dir)).toBeGreaterThan(0);
    await expect(freeBytes(`${dir}/none`)).rejects.toMatchObject({
      code: 'ERR_CACHE_IO',
      details: { path: `${dir}/none`, errno: 'ENOENT' },
    });
  });
});

/** Changes one byte, or restores it; returns the old value. */
async function flip(path: string, position: number, value?: number): Promise<number> {
  const handle = await open(path, 'r+');
  const buffer = Buffer.alloc(1);
  await handle.read(buffer, 0, 1, position);
  const before = buffer[0] ?? 0;
  await handle.write(Buffer.from([value ?? before ^ 0x80]), 0, 1, position);
  await handle.close();
  return before;
}
