import {
  chmod,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { awaitCleanUps } from '../../../src/cache/background-work.ts';
import { openCache } from '../../../src/cache/cache-folder.ts';
import { publishEntry } from '../../../src/cache/entries/publish.ts';
import { readEntry } from '../../../src/cache/entries/read.ts';
import { rewriteRecord } from '../../../src/cache/entries/rewrite.ts';
import { verifyEntry } from '../../../src/cache/entries/verify.ts';
import { lockName } from '../../../src/cache/locks/name-lock.ts';
import { openStaging } from '../../../src/cache/staging.ts';
import { hashDisk } from '../digest/hash-disk.ts';
import { tempDir } from '../temp-dir.ts';
import { mountTmpfs } from '../tmpfs.ts';
import { diskBytes, makeDraft, makeEntry, nameOf, sourceBytes } from './make-entry.ts';

const name = nameOf('1');

describe('publishEntry', () => {
  it('leaves a read-only disk with its record, and no staging folder', async () => {
    const cache = await openCache(await tempDir());
    const entry = await makeEntry(cache, name);
    const stats = await stat(entry.path);
    expect(stats.mode & 0o7777).toBe(0o444);
    expect(stats.size).toBe(diskBytes);
    expect((await stat(cache.recordPathOf(name))).mode & 0o7777).toBe(0o644);
    expect(entry.record.disk).toEqual({
      sizeBytes: diskBytes,
      virtualSize: diskBytes,
      mtimeMs: stats.mtimeMs,
      contentDigest: await hashDisk(entry.path),
    });
    await awaitCleanUps();
    expect(await readdir(cache.folder('staging'))).toEqual([]);
    expect((await readdir(cache.imagesDir)).filter((file) => file.startsWith('ubuntu'))).toEqual([
      name,
      `${name}.blocks`,
      `${name}.json`,
    ]);
    expect(await verifyEntry(entry)).toEqual({ state: 'intact' });
  });

  it('keeps the download beside the disk if the caller wants it', async () => {
    const cache = await openCache(await tempDir());
    const { source, record } = await makeEntry(cache, name, 'x', { keepSource: true });
    expect(record.source.kept).toBe(true);
    expect(await readFile(source ?? '')).toEqual(sourceBytes('x'));
    expect((await stat(source ?? '')).mode & 0o7777).toBe(0o444);
  });

  it('keeps one file under two names if the disk is the download', async () => {
    const cache = await openCache(await tempDir());
    const lock = await lockName(cache, nameOf('1', 'qcow2'));
    const staging = await openStaging(cache, nameOf('1', 'qcow2'));
    const bytes = sourceBytes('x');
    await (await staging.create(staging.download)).close();
    await writeFile(staging.download, bytes);
    const draft = makeDraft('x', { format: 'qcow2', extents: [[0, bytes.length]] });
    draft.disk = { virtualSize: 1 << 30, sha256: draft.source.sha256 };
    const from = staging.download;
    const options = { name: staging.name, record: draft, from, keepSource: true };
    const entry = await publishEntry(cache, staging, options);
    await lock.release();
    expect((await stat(entry.source ?? '')).ino).toBe((await stat(entry.path)).ino);
    expect(await verifyEntry(entry)).toEqual({ state: 'intact' });
  });

  it('never replaces a disk by another source, which gets its own name', async () => {
    const cache = await openCache(await tempDir());
    const first = await makeEntry(cache, name, 'first');
    const before = await lstat(first.path, { bigint: true });
    const second = await makeEntry(cache, name, 'second');
    const digest8 = makeDraft('second').source.sha256.slice(0, 8);
    expect(second.name).toBe(nameOf(`1~${digest8}`));
    const after = await lstat(first.path, { bigint: true });
    expect([after.ino, after.mtimeNs, after.size]).toEqual([
      before.ino,
      before.mtimeNs,
      before.size,
    ]);
    expect(await verifyEntry(first)).toEqual({ state: 'intact' });
    // In later calls each finds its own name, and the plain name is not taken when it becomes free.
    expect((await makeEntry(cache, name, 'second')).name).toBe(second.name);
    expect((await makeEntry(cache, name, 'first')).name).toBe(name);
    await rm(first.path);
    expect((await makeEntry(cache, name, 'second')).name).toBe(second.name);
    expect((await makeEntry(cache, name, 'third')).name).toBe(name);
  });

  it('does not change a disk whose record cannot be read', async () => {
    const cache = await openCache(await tempDir());
    const first = await makeEntry(cache, name, 'first');
    const { ino } = await stat(first.path);
    await writeFile(cache.recordPathOf(name), 'damaged');
    const again = await makeEntry(cache, name, 'first');
    expect(again.name).not.toBe(name);
    expect((await stat(first.path)).ino).toBe(ino);
  });

  it('keeps a good disk of the same source, and adds new facts to its record', async () => {
    const cache = await openCache(await tempDir());
    const first = await makeEntry(cache, name, 'x', {
      change: { requests: ['a'], aliases: ['p'] },
    });
    const { ino } = await stat(first.path);
    const trust = { level: 'signed', offered: 'signed', pinned: false, warnings: [] } as const;
    const second = await makeEntry(cache, name, 'x', {
      keepSource: true,
      change: { requests: ['b'], trust: { ...trust, warnings: [] } },
    });
    expect((await stat(first.path)).ino).toBe(ino);
    expect(second.record).toEqual({
      ...first.record,
      requests: ['a', 'b'],
      aliases: ['p'],
      trust,
      source: { ...first.record.source, kept: true },
    });
    expect(await readEntry(cache, name)).toEqual(second);
    expect((await makeEntry(cache, name, 'x')).source).toBe(second.source);
  });

  it('replaces a damaged disk of the same source, and a process that has it open keeps the old one', async () => {
    const cache = await openCache(await tempDir());
    const first = await makeEntry(cache, name, 'x', { change: { requests: ['a'] } });
    const { mtime, ino } = await stat(first.path);
    await chmod(first.path, 0o644);
    const writer = await open(first.path, 'r+');
    await writer.write(Buffer.from('rotten'), 0, 6, 1024 * 1024 + 5000);
    await writer.utimes(mtime, mtime);
    await writer.close();
    // Size and times are as recorded; only hashing shows the damage.
    expect(await readEntry(cache, name)).toBeDefined();
    expect(await verifyEntry(first)).toMatchObject({ state: 'damaged' });
    const reader = await open(first.path, 'r');
    const second = await makeEntry(cache, name, 'x', { change: { requests: ['b'] } });
    expect(second.name).toBe(name);
    expect((await stat(second.path)).ino).not.toBe(ino);
    expect((await reader.stat()).ino).toBe(ino);
    await reader.close();
    expect(await verifyEntry(second)).toEqual({ state: 'intact' });
    expect(second.record.requests).toEqual(['a', 'b']);
    expect(second.record.disk.mtimeMs).not.toBe(first.record.disk.mtimeMs);
  });

  it('shows no entry at any point where a process may have been killed', async () => {
    const cache = await openCache(await tempDir());
    const { path } = await makeEntry(cache, name, 'x', { keepSource: true });
    // Source and record are published, the disk is sealed but not yet renamed.
    await mkdir(join(cache.folder('staging'), name));
    await rename(path, join(cache.folder('staging'), name, 'ready'));
    await writeFile(join(cache.folder('staging'), `.${name}.record`), '{"half');
    expect(await readEntry(cache, name)).toBeUndefined();
    const again = await makeEntry(cache, name, 'y');
    expect(again.name).toBe(name);
    expect(await verifyEntry(again)).toEqual({ state: 'intact' });
    expect(again).not.toHaveProperty('source');
    expect((await readdir(cache.imagesDir)).filter((file) => file.startsWith('ubuntu'))).toEqual([
      name,
      `${name}.blocks`,
      `${name}.json`,
    ]);
  });

  it('publishes nothing without the lock, or with that of another folder', async () => {
    const cacheDir = await tempDir();
    const cache = await openCache(cacheDir);
    await expect(openStaging(cache, name)).rejects.toMatchObject({ code: 'ERR_CACHE_LOCKED' });
    const lock = await lockName(cache, name);
    const staging = await openStaging(cache, name);
    await (await staging.create(staging.disk)).close();
    // The folder is removed while this call works, and another call creates a new one.
    await rename(cache.imagesDir, `${cache.imagesDir}.old`);
    const other = await openCache(cacheDir);
    const otherLock = await lockName(other, name);
    const otherStaging = await openStaging(other, name);
    await (await otherStaging.create(otherStaging.disk)).close();
    const attempt = publishEntry(cache, staging, { name, record: makeDraft('x') });
    await expect(attempt).rejects.toMatchObject({
      code: 'ERR_CACHE_IO',
      hint: 'Run the call again.',
    });
    expect(await readEntry(other, name)).toBeUndefined();
    expect(await readdir(otherStaging.dir)).toEqual(['disk']);
    await otherLock.release();
    await lock.release();
  });

  it('refuses a staged link and a record that could not be read back', async () => {
    const dir = await tempDir();
    const cache = await openCache(dir);
    const lock = await lockName(cache, name);
    const staging = await openStaging(cache, name);
    await writeFile(join(dir, 'victim'), 'x');
    await symlink(join(dir, 'victim'), staging.disk);
    const publish = (change = {}) =>
      publishEntry(cache, staging, { name, record: makeDraft('x', change) });
    await expect(publish()).rejects.toMatchObject({
      code: 'ERR_CACHE_IO',
      details: { errno: 'ELOOP' },
    });
    await expect(staging.create(staging.disk)).rejects.toMatchObject({
      code: 'ERR_CACHE_IO',
      details: { errno: 'EEXIST' },
    });
    await expect(staging.reopen(staging.disk)).rejects.toMatchObject({
      details: { errno: 'ELOOP' },
    });
    await staging.clear();
    await expect(publish()).rejects.toMatchObject({
      code: 'ERR_CACHE_IO',
      details: { errno: 'ENOENT' },
    });
    await (await staging.create(staging.disk)).close();
    const bad = publish({ extents: [[0, diskBytes * 2]] });
    await expect(bad).rejects.toMatchObject({ code: 'ERR_CACHE_IO' });
    expect((await readdir(cache.imagesDir)).filter((file) => file.startsWith('ubuntu'))).toEqual(
      [],
    );
    expect((await stat(join(dir, 'victim'))).mode & 0o200).toBe(0o200);
    await lock.release();
  });

  it('reports the free space when the disk is full (needs mount)', async ({ skip }) => {
    const mount = await mountTmpfs(4 * 1024 * 1024);
    if (mount === undefined) return skip('mount is not permitted here');
    const cache = await openCache(mount);
    const lock = await lockName(cache, name);
    const staging = await openStaging(cache, name);
    const disk = await staging.create(staging.disk);
    await disk.write(Buffer.from('data'));
    await disk.close();
    await writeFile(join(mount, 'filler'), Buffer.alloc(8 * 1024 * 1024)).catch(() => undefined);
    const record = makeDraft('x', { extents: [[0, 4]] });
    await expect(publishEntry(cache, staging, { name, record })).rejects.toMatchObject({
      name: 'CacheError',
      code: 'ERR_NO_SPACE',
      hint: expect.stringContaining('Free space'),
      details: { errno: 'ENOSPC', freeBytes: expect.any(Number) },
    });
    expect(await readEntry(cache, name)).toBeUndefined();
    await rm(join(mount, 'filler'));
    await staging.remove();
    await lock.release();
    expect((await makeEntry(cache, name)).name).toBe(name);
  });
});

describe('openStaging', () => {
  it('keeps only an incomplete download', async () => {
    const cache = await openCache(await tempDir());
    const lock = await lockName(cache, name);
    const first = await openStaging(cache, name);
    for (const path of [first.download, first.downloadJson, first.disk]) {
      const handle = await first.create(path);
      await handle.writeFile('part');
      await handle.close();
    }
    await link(first.disk, join(first.dir, 'ready'));
    const again = await openStaging(cache, name);
    expect((await readdir(again.dir)).sort()).toEqual(['download', 'download.json']);
    const handle = await again.reopen(again.download);
    expect(await handle?.readFile('utf8')).toBe('part');
    await handle?.close();
    expect(await again.reopen(again.disk)).toBeUndefined();
    await again.clear();
    expect(await readdir(again.dir)).toEqual([]);
    await again.remove();
    await again.remove();
    await lock.release();
  });
});

describe('rewriteRecord', () => {
  it('adds requests and a better proof under the lock, and writes nothing otherwise', async () => {
    const cache = await openCache(await tempDir());
    const entry = await makeEntry(cache, name, 'x', { change: { requests: ['a'] } });
    await expect(rewriteRecord(cache, entry, { requests: ['b'] })).rejects.toMatchObject({
      code: 'ERR_CACHE_LOCKED',
    });
    const before = await stat(cache.recordPathOf(name));
    const lock = await lockName(cache, name);
    expect(await rewriteRecord(cache, entry, { requests: ['a'] })).toEqual(entry);
    expect((await stat(cache.recordPathOf(name))).ino).toBe(before.ino);
    const changed = await rewriteRecord(cache, entry, { requests: ['b'], aliases: ['z'] });
    await lock.release();
    expect(changed.record).toEqual({ ...entry.record, requests: ['a', 'b'], aliases: ['z'] });
    expect(await readEntry(cache, name)).toEqual(changed);
  });
});
