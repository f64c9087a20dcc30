import {
  chmod,
  chown,
  lstat,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { defaultCacheDir, openCache } from '../../src/cache/cache-folder.ts';
import { findEntries } from '../../src/cache/entries/find.ts';
import { readEntry } from '../../src/cache/entries/read.ts';
import { leaseName } from '../../src/cache/locks/lease.ts';
import { lockName } from '../../src/cache/locks/name-lock.ts';
import { openStaging } from '../../src/cache/staging.ts';
import { makeEntry, nameOf } from './entries/make-entry.ts';
import { tempDir } from './temp-dir.ts';
import { mountTmpfs, remountReadOnly } from './tmpfs.ts';

const isRoot = process.geteuid?.() === 0;
const refusal = { name: 'CacheError', code: 'ERR_CACHE_IO', hint: expect.stringMatching(/\w/) };

afterEach(() => vi.unstubAllEnvs());

describe('defaultCacheDir', () => {
  it.runIf(process.platform === 'linux')('follows the XDG specification', () => {
    vi.stubEnv('ROOTDISK_CACHE_DIR', '/elsewhere');
    vi.stubEnv('XDG_CACHE_HOME', '/var/cache/me');
    expect(defaultCacheDir()).toBe('/var/cache/me/rootdisk');
    for (const ignored of ['', 'relative/path']) {
      vi.stubEnv('XDG_CACHE_HOME', ignored);
      expect(defaultCacheDir()).toBe(join(homedir(), '.cache', 'rootdisk'));
    }
  });
});

describe('an invalid folder', () => {
  it.each(['', 'relative/home'])('HOME=%j names no default cache folder', (value) => {
    vi.stubEnv('XDG_CACHE_HOME', undefined);
    vi.stubEnv('HOME', value);
    let error: unknown;
    try {
      defaultCacheDir();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({
      code: 'ERR_INVALID_REQUEST',
      message: expect.stringContaining('HOME'),
      details: { field: 'HOME', value },
    });
  });

  it('an empty cacheDir is refused, and nothing is created in the working folder', async () => {
    await expect(openCache('')).rejects.toMatchObject({
      code: 'ERR_INVALID_REQUEST',
      details: { field: 'cacheDir' },
    });
  });
});

describe('openCache', () => {
  it('makes the folder readable for all, for any umask, with the tag of a cache', async () => {
    const cacheDir = join(await tempDir(), 'a', 'b');
    const { imagesDir } = await withUmask(0o077, () => openCache(cacheDir));
    expect(imagesDir).toBe(join(cacheDir, 'images-v1'));
    expect((await stat(cacheDir)).mode & 0o7777).toBe(0o755);
    expect((await stat(join(cacheDir, '..'))).mode & 0o7777).toBe(0o700);
    expect((await stat(imagesDir)).mode & 0o7777).toBe(0o755);
    expect((await stat(join(imagesDir, '.staging'))).mode & 0o7777).toBe(0o700);
    const tag = await readFile(join(imagesDir, 'CACHEDIR.TAG'), 'utf8');
    expect(tag.split('\n')[0]).toBe('Signature: 8a477f597d28d172789f06886806bc55');
    expect((await readdir(imagesDir)).filter((name) => name !== 'CACHEDIR.TAG')).toEqual([
      '.http',
      '.leases',
      '.locks',
      '.staging',
      '.state',
    ]);
  });

  it('opens an existing folder without changing its mode, twenty times in parallel', async () => {
    const cacheDir = await tempDir();
    await Promise.all(Array.from({ length: 20 }, () => openCache(cacheDir)));
    await chmod(join(cacheDir, 'images-v1'), 0o700);
    const cache = await openCache(cacheDir);
    expect(cache.writable).toBe(true);
    expect((await stat(cache.imagesDir)).mode & 0o777).toBe(0o700);
  });

  it('refuses a folder that all users can write, sticky or not', async () => {
    const cacheDir = await tempDir();
    const { imagesDir } = await openCache(cacheDir);
    for (const mode of [0o777, 0o1777, 0o757]) {
      await chmod(imagesDir, mode);
      await expect(openCache(cacheDir)).rejects.toMatchObject({
        ...refusal,
        details: { path: imagesDir },
      });
    }
  });

  it('accepts a parent like /tmp, but not without the sticky bit', async () => {
    const cacheDir = await tempDir();
    await chmod(cacheDir, 0o1777);
    expect((await openCache(cacheDir)).writable).toBe(true);
    await chmod(cacheDir, 0o777);
    await expect(openCache(cacheDir)).rejects.toMatchObject(refusal);
  });

  it('refuses a symbolic link to such a folder, and follows one to a good folder', async () => {
    const dir = await tempDir();
    await mkdir(join(dir, 'bad'));
    await chmod(join(dir, 'bad'), 0o777);
    await mkdir(join(dir, 'good'));
    await mkdir(join(dir, 'cache'));
    const images = join(dir, 'cache', 'images-v1');
    await symlink(join(dir, 'bad'), images);
    await expect(openCache(join(dir, 'cache'))).rejects.toMatchObject(refusal);
    expect(await readdir(join(dir, 'bad'))).toEqual([]);
    await rm(images);
    await symlink(join(dir, 'good'), images);
    expect((await openCache(join(dir, 'cache'))).writable).toBe(true);
    await rm(images);
    await symlink(join(dir, 'nowhere'), images);
    await expect(openCache(join(dir, 'cache'))).rejects.toMatchObject(refusal);
  });

  it('refuses what is not a folder', async () => {
    const cacheDir = await tempDir();
    await writeFile(join(cacheDir, 'images-v1'), '');
    await expect(openCache(cacheDir)).rejects.toMatchObject(refusal);
    await expect(openCache(join(cacheDir, 'images-v1', 'x'))).rejects.toMatchObject({
      ...refusal,
      details: { errno: 'ENOTDIR' },
    });
  });

  it.runIf(isRoot)('refuses the folder of another user (needs root)', async () => {
    const cacheDir = await tempDir();
    const { imagesDir } = await openCache(cacheDir);
    await chown(imagesDir, 65534, 65534);
    await expect(openCache(cacheDir)).rejects.toMatchObject(refusal);
    await expect(openCache(cacheDir, { readOnly: true })).rejects.toMatchObject(refusal);
    await chown(imagesDir, 0, 0);
    await chown(cacheDir, 65534, 65534);
    await expect(openCache(cacheDir)).rejects.toMatchObject(refusal);
    await chown(cacheDir, 0, 0);
    expect((await openCache(cacheDir)).writable).toBe(true);
  });

  it('creates nothing when it is opened for reading', async () => {
    const cacheDir = await tempDir();
    const cache = await openCache(cacheDir, { readOnly: true });
    expect(await readdir(cacheDir)).toEqual([]);
    expect(await findEntries(cache, {})).toEqual([]);
    expect(await readEntry(cache, nameOf('1'))).toBeUndefined();
    await (await lockName(cache, nameOf('1'))).release();
    await expect(openStaging(cache, nameOf('1'))).rejects.toMatchObject(refusal);
  });

  it('works again after the folder was removed during a call, which fails with a typed error', async () => {
    const cacheDir = await tempDir();
    const cache = await openCache(cacheDir);
    const name = nameOf('1');
    const lock = await lockName(cache, name);
    const staging = await openStaging(cache, name);
    await rm(cacheDir, { recursive: true });
    await expect(staging.create(staging.disk)).rejects.toMatchObject(refusal);
    await staging.remove();
    await lock.release();
    const { path } = await makeEntry(cache, name);
    expect((await lstat(path)).isFile()).toBe(true);
    await rm(cacheDir, { recursive: true });
    await (await leaseName(cache, name)).release();
    expect(await readEntry(await openCache(cacheDir), name)).toBeUndefined();
  });

  it.runIf(isRoot)('serves hits from a read-only file system (needs mount)', async ({ skip }) => {
    const mount = await mountTmpfs(8 * 1024 * 1024);
    if (mount === undefined) return skip('mount is not permitted here');
    const name = nameOf('1');
    await makeEntry(await openCache(mount), name);
    if (!remountReadOnly(mount)) return skip('remounting is not permitted here');
    const cache = await openCache(mount);
    expect(cache.writable).toBe(false);
    const lock = await lockName(cache, name);
    const lease = await leaseName(cache, name);
    expect((await readEntry(cache, name))?.name).toBe(name);
    expect(await findEntries(cache, { vendor: 'ubuntu' })).toHaveLength(1);
    await expect(makeEntry(cache, nameOf('2'))).rejects.toMatchObject(refusal);
    await lease.release();
    await lock.release();
    const empty = join(mount, 'other');
    await expect(openCache(empty)).rejects.toMatchObject({
      ...refusal,
      details: { errno: 'EROFS' },
    });
  });
});

async function withUmask<T>(mask: number, run: () => Promise<T>): Promise<T> {
  const before = process.umask(mask);
  try {
    return await run();
  } finally {
    process.umask(before);
  }
}
