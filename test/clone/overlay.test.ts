import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Cache, openCache } from '../../src/cache/cache-folder.ts';
import type { Entry } from '../../src/cache/entries/read.ts';
import { removeEntry } from '../../src/cache/entries/remove.ts';
import { overlaysOf } from '../../src/cache/locks/overlay-lease.ts';
import { formatOverlay } from '../../src/clone/overlay.ts';
import { cloneDisk } from '../../src/index.ts';
import { buildQcow2Image } from '../../src/testing/qcow2-image.ts';
import { diskBytes, makeEntry, nameOf } from '../cache/entries/make-entry.ts';
import { tempDir } from '../cache/temp-dir.ts';
import { makeDisk } from '../fixtures/line.ts';
import { hasProgram } from '../seed/read-back.ts';
import { MiB, makeSparseDisk, sparseBytes, tryProgram } from './sparse-disk.ts';

const name = nameOf('20260725');

async function folderWithDisk(): Promise<{ folder: string; disk: string; out: string }> {
  const folder = await tempDir();
  const disk = join(folder, 'disk.raw');
  await makeSparseDisk(disk);
  return { folder, disk, out: join(folder, 'vm.qcow2') };
}

async function cachedDisk(): Promise<{ cache: Cache; entry: Entry; folder: string }> {
  const folder = await tempDir();
  const cache = await openCache(join(folder, 'cache'));
  return { cache, entry: await makeEntry(cache, name), folder };
}

describe('an overlay', () => {
  test('is small, writable, and names its backing file absolutely', async () => {
    const { folder, disk, out } = await folderWithDisk();
    await symlink(folder, join(folder, 'link'));
    const made = await cloneDisk(join(folder, 'link', 'disk.raw'), out, { backing: true });
    expect(made).toEqual({
      path: out,
      method: 'overlay',
      format: 'qcow2',
      sizeBytes: 4 * 65_536,
      virtualSize: sparseBytes,
      allocatedBytes: (await stat(out)).blocks * 512,
      backing: disk,
      backingKept: false,
      warnings: [],
    });
    expect((await stat(out)).mode & 0o777).toBe(0o644 & ~process.umask());
  });

  test('of a disk that ends within a sector is a whole number of sectors', async () => {
    const { folder, out } = await folderWithDisk();
    const odd = join(folder, 'odd.raw');
    await writeFile(odd, 'x'.repeat(1000));
    expect(await cloneDisk(odd, out, { backing: true })).toMatchObject({ virtualSize: 1024 });
  });

  test('is never put over a file without force', async () => {
    const { disk, out } = await folderWithDisk();
    await writeFile(out, 'mine');
    await expect(cloneDisk(disk, out, { backing: true })).rejects.toMatchObject({
      code: 'ERR_INVALID_REQUEST',
    });
    expect(await readFile(out, 'utf8')).toBe('mine');
    expect(await cloneDisk(disk, out, { backing: true, force: true })).toMatchObject({ path: out });
  });

  test('names no path that qcow2 cannot hold, and no size that QEMU does not open', () => {
    const facts = { virtualSize: MiB, backing: '/disk.raw', backingFormat: 'raw' as const };
    const code = 'ERR_INVALID_REQUEST';
    const long = `/${'x'.repeat(1023)}`;
    expect(() => formatOverlay({ ...facts, backing: long })).toThrow('1024 bytes');
    expect(() => formatOverlay({ ...facts, virtualSize: 2 ** 51 + 512 })).toThrow(
      expect.objectContaining({ code }),
    );
    expect(formatOverlay({ ...facts, virtualSize: 2 ** 51 }).length).toBeGreaterThan(2 ** 25);
  });
});

describe('an overlay on a disk of the cache', () => {
  test('keeps the disk until the overlay is gone', async () => {
    const { cache, entry, folder } = await cachedDisk();
    await mkdir(join(folder, 'real'));
    await symlink(join(folder, 'real'), join(folder, 'link'));
    const made = await cloneDisk(entry, join(folder, 'link', 'vm.qcow2'), { backing: true });
    expect(made).toMatchObject({ virtualSize: diskBytes, backing: entry.path, backingKept: true });
    const overlay = join(folder, 'real', 'vm.qcow2');
    expect(await overlaysOf(cache, name)).toEqual([overlay]);
    await expect(removeEntry(cache, name)).rejects.toThrow(`the overlay ${overlay};`);
    await cloneDisk(entry, overlay, { force: true });
    expect(await overlaysOf(cache, name)).toEqual([]);
    expect(await removeEntry(cache, name)).toMatchObject({ removed: true });
  });

  test('that was refused keeps nothing', async () => {
    const { cache, entry, folder } = await cachedDisk();
    const out = join(folder, 'vm.qcow2');
    await writeFile(out, 'mine');
    await expect(cloneDisk(entry, out, { backing: true })).rejects.toThrow('exists already');
    expect(await removeEntry(cache, name)).toMatchObject({ removed: true });
  });

  test('is made with a warning where the lease cannot be written', async () => {
    const { cache, entry, folder } = await cachedDisk();
    // What lies where the folder of the leases is to be is not one.
    await writeFile(`${join(cache.folder('leases'), name)}.overlays`, '');
    const made = await cloneDisk(entry, join(folder, 'vm.qcow2'), { backing: true });
    expect(made.warnings).toMatchObject([
      { code: 'bookkeeping', message: expect.stringContaining(`${name} may be removed`) },
    ]);
    expect(made).toMatchObject({ method: 'overlay', backingKept: false });
  });
});

const hasQemu = hasProgram('qemu-img');
test.skipIf(hasQemu)('overlays are not read back: needs qemu-img', () => {});

describe.skipIf(!hasQemu)('qemu-img', () => {
  function look(...args: string[]): string {
    return tryProgram('qemu-img', args) ?? '';
  }
  function info(path: string): Record<string, unknown> {
    return JSON.parse(look('info', '--output=json', path));
  }

  test.each([undefined, 256 * MiB, 512 * MiB + 512, 1024 ** 4, 64 * 1024 ** 4, 2 ** 51])(
    'finds an overlay of %s bytes whole',
    async (size) => {
      const { disk, out } = await folderWithDisk();
      await cloneDisk(disk, out, { backing: true, size });
      expect(look('check', out)).toContain('No errors were found');
      expect(info(out)).toMatchObject({
        format: 'qcow2',
        'virtual-size': size ?? sparseBytes,
        'backing-filename': disk,
        'backing-filename-format': 'raw',
      });
    },
  );

  test('reads the disk through it', async () => {
    const { disk, out } = await folderWithDisk();
    await cloneDisk(disk, out, { backing: true });
    expect(look('compare', disk, out)).toContain('Images are identical');
  });

  test('writes into it, and the backing file stays as it was', async () => {
    const { folder, disk, out } = await folderWithDisk();
    await chmod(disk, 0o444);
    const before = await readFile(disk);
    await cloneDisk(disk, out, { backing: true, size: 64 * MiB });
    const other = join(folder, 'other.raw');
    await writeFile(other, makeDisk(64 * MiB));
    look('convert', '-n', '-O', 'qcow2', other, out);
    expect(look('check', out)).toContain('No errors were found');
    expect(look('compare', other, out)).toContain('Images are identical');
    expect((await readFile(disk)).equals(before)).toBe(true);
  });

  test('reads through one on a qcow2 disk, which is no raw one', async () => {
    const { folder, out } = await folderWithDisk();
    const base = join(folder, 'base.qcow2');
    const content = makeDisk(4 * MiB);
    const extents = [{ position: 0, bytes: content }];
    await writeFile(base, buildQcow2Image({ virtualSize: 4 * MiB, extents }).bytes);
    const made = await cloneDisk(base, out, { backing: true });
    expect(made).toMatchObject({ virtualSize: 4 * MiB });
    expect(info(out)).toMatchObject({ 'backing-filename-format': 'qcow2' });
    const raw = join(folder, 'content.raw');
    await writeFile(raw, content);
    expect(look('compare', raw, out)).toContain('Images are identical');
    expect((await readdir(folder)).filter((file) => file.startsWith('.'))).toEqual([]);
  });
});
