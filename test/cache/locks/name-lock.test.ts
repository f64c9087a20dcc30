import { chmod, chown, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCache } from '../../../src/cache/cache-folder.ts';
import { isLocked, lockName, tryLockName } from '../../../src/cache/locks/name-lock.ts';
import { startChild } from '../child.ts';
import { nameOf } from '../entries/make-entry.ts';
import { tempDir } from '../temp-dir.ts';

const name = nameOf('1');

describe('lockName', () => {
  it('has one holder in a process, for all formats and sources of a build', async () => {
    const cacheDir = await tempDir();
    const [a, b] = [await openCache(cacheDir), await openCache(cacheDir)];
    const lock = await lockName(a, name);
    for (const other of [name, nameOf('1', 'kernel'), nameOf('1~deadbeef', 'qcow2')]) {
      expect(await tryLockName(b, other)).toBeUndefined();
      expect(await isLocked(b, other)).toBe(true);
    }
    const free = await lockName(b, nameOf('2'));
    await free.release();
    await lock.release();
    await lock.release();
    expect(await isLocked(b, name)).toBe(false);
    const next = await lockName(b, name);
    // A second, late release by the first holder does not affect the next holder.
    await lock.release();
    expect(await tryLockName(a, name)).toBeUndefined();
    await next.release();
  });

  it('makes others wait as long as the holder lives, and reports this to them', async () => {
    const cacheDir = await tempDir();
    const child = startChild('hold-lock.ts', [cacheDir, name]);
    expect(await child.line()).toBe('locked');
    const cache = await openCache(cacheDir);
    let waits = 0;
    let got = false;
    const waiting = lockName(cache, name, {
      pollMs: 20,
      onWait: () => {
        waits += 1;
        if (waits === 20) child.process.stdin?.write('release\n');
      },
    });
    void waiting.then(() => {
      got = true;
    });
    expect(got).toBe(false);
    const lock = await waiting;
    expect(await child.line()).toBe('released');
    expect(waits).toBeGreaterThanOrEqual(20);
    await lock.release();
    expect(await child.ended()).toEqual({ code: 0, errors: expect.not.stringMatching(/SQLite/) });
  });

  it('passes to the next within a second when the holder is killed', async () => {
    const cacheDir = await tempDir();
    const cache = await openCache(cacheDir);
    for (let round = 0; round < 3; round += 1) {
      const child = startChild('hold-lock.ts', [cacheDir, name]);
      await child.line();
      const waiting = lockName(cache, name);
      expect(await isLocked(cache, name)).toBe(true);
      const killed = performance.now();
      await child.kill();
      const lock = await waiting;
      expect(performance.now() - killed).toBeLessThan(1000);
      await lock.release();
    }
    // Nothing was written: the lock file is empty, and there is no journal beside it.
    const path = join(cache.folder('locks'), name.replace('.raw', ''));
    expect((await stat(path)).size).toBe(0);
    await expect(stat(`${path}-journal`)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('lets twenty processes in one at a time', async () => {
    const cacheDir = await tempDir();
    await openCache(cacheDir);
    await writeFile(join(cacheDir, 'counter'), '0');
    const children = Array.from({ length: 20 }, () =>
      startChild('contend.ts', [cacheDir, name, '2']),
    );
    for (const child of children) expect(await child.ended()).toMatchObject({ code: 0 });
    expect(await readFile(join(cacheDir, 'counter'), 'utf8')).toBe('40');
  });

  it('has one holder although its file is removed again and again', async () => {
    const cacheDir = await tempDir();
    await openCache(cacheDir);
    await writeFile(join(cacheDir, 'counter'), '0');
    const children = Array.from({ length: 4 }, () =>
      startChild('contend.ts', [cacheDir, name, '50', 'drop']),
    );
    for (const child of children) expect(await child.ended()).toMatchObject({ code: 0 });
    expect(await readFile(join(cacheDir, 'counter'), 'utf8')).toBe('200');
  });

  it('ends with the reason of the caller who aborts', async () => {
    const cache = await openCache(await tempDir());
    const lock = await lockName(cache, name);
    const reason = new Error('enough');
    const controller = new AbortController();
    const waiting = lockName(cache, name, {
      signal: controller.signal,
      onWait: () => controller.abort(reason),
    });
    await expect(waiting).rejects.toBe(reason);
    await expect(lockName(cache, name, { signal: controller.signal })).rejects.toBe(reason);
    await lock.release();
    const aborted = AbortSignal.abort(reason);
    await expect(lockName(cache, name, { signal: aborted })).rejects.toBe(reason);
    expect(await isLocked(cache, name)).toBe(false);
  });

  it('uses the new file if the old one was removed', async () => {
    const cache = await openCache(await tempDir());
    const lost = await lockName(cache, name);
    await rm(join(cache.folder('locks'), name.replace('.raw', '')));
    const lock = await lockName(cache, name);
    await lost.release();
    expect(await tryLockName(cache, name)).toBeUndefined();
    await lock.release();
  });

  it.runIf(process.geteuid?.() === 0)(
    'never shares a lock file that it may not write (needs root)',
    async () => {
      const cacheDir = await tempDir();
      const cache = await openCache(cacheDir);
      await (await lockName(cache, name)).release();
      // The group can write to the folder, but not to the lock file of root.
      for (const dir of [cache.imagesDir, cache.folder('locks')]) {
        await chown(dir, 0, 65534);
        await chmod(dir, 0o775);
      }
      const child = startChild('hold-lock.ts', [cacheDir, name, '65534']);
      const { code, errors } = await child.ended();
      expect(code).toBe(1);
      expect(errors).toContain('ERR_CACHE_IO');
      expect(errors).toContain('EACCES');
    },
  );

  it('refuses a text that is not the name of an entry', async () => {
    const cache = await openCache(await tempDir());
    await expect(lockName(cache, '../x')).rejects.toMatchObject({ code: 'ERR_INVALID_REQUEST' });
  });

  it('reports that Node.js was built without SQLite', async () => {
    const cacheDir = await tempDir();
    const child = startChild('hold-lock.ts', [cacheDir, name], {
      node: ['--no-experimental-sqlite'],
    });
    const { code, errors } = await child.ended();
    expect(code).toBe(1);
    expect(errors).toContain('ERR_CACHE_IO');
    expect(errors).toContain('node:sqlite');
  });
});
