import { execFileSync } from 'node:child_process';
import {
  chmod,
  copyFile,
  mkdir,
  readdir,
  readFile,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeClone } from '../../src/clone/make-clone.ts';
import { cloneByProgram } from '../../src/clone/reflink.ts';
import { cloneDisk } from '../../src/index.ts';
import { tempDir } from '../cache/temp-dir.ts';
import { mounted, reflinkKinds, whyNotMounted } from './own-file-system.ts';
import { MiB, makeSparseDisk, occupied, sparseBytes } from './sparse-disk.ts';

async function folderWithDisk(): Promise<{ folder: string; disk: string; out: string }> {
  const folder = await tempDir();
  const disk = join(folder, 'disk.raw');
  await makeSparseDisk(disk);
  return { folder, disk, out: join(folder, 'vm.raw') };
}

/** What Node throws for an answer of the kernel. */
function answer(code: string): Error {
  const errno = -(Reflect.get(constants.errno, code) ?? 1);
  return Object.assign(new Error(code), { code, errno, syscall: 'copyfile' });
}

describe('a file system that clones nothing', () => {
  const refusals = ['ENOTSUP', 'EXDEV', 'EINVAL', 'ENOSYS', 'EAGAIN', 'EPERM', 'ENOTTY', 'EBADF'];
  test.each(refusals)('%s: the data is copied', async (code) => {
    const { folder, disk, out } = await folderWithDisk();
    const halfway = async (_source: string, target: string): Promise<never> => {
      await writeFile(target, 'left behind');
      throw answer(code);
    };
    expect(await makeClone(disk, out, {}, halfway)).toMatchObject({ method: 'copy' });
    expect((await readFile(out)).equals(await readFile(disk))).toBe(true);
    expect((await readdir(folder)).sort()).toEqual(['disk.raw', 'vm.raw']);
  });

  test.each([
    ['ENOENT', 'ERR_CACHE_IO'],
    ['EEXIST', 'ERR_CACHE_IO'],
    ['EACCES', 'ERR_CACHE_IO'],
    ['ENOSPC', 'ERR_NO_SPACE'],
  ])('%s is an error, and nothing is left', async (errno, code) => {
    const { folder, disk, out } = await folderWithDisk();
    const refuse = (): Promise<never> => Promise.reject(answer(errno));
    await expect(makeClone(disk, out, {}, refuse)).rejects.toMatchObject({
      code,
      details: { path: out, errno },
    });
    expect(await readdir(folder)).toEqual(['disk.raw']);
  });
});

describe('a clone that is none, though it was reported as one', () => {
  const shorts: [string, (target: string) => Promise<void>][] = [
    ['too short', (target) => truncate(target, sparseBytes - 4096)],
    ['empty', (target) => truncate(target, 0)],
    [
      'without its last block',
      async (target) => {
        await truncate(target, sparseBytes - 512);
        await truncate(target, sparseBytes);
      },
    ],
    [
      'without any block',
      async (target) => {
        await truncate(target, 0);
        await truncate(target, sparseBytes);
      },
    ],
  ];
  test.each(shorts)('%s: the data is copied', async (_what, shorten) => {
    const { disk, out } = await folderWithDisk();
    const short = async (source: string, target: string): Promise<void> => {
      await copyFile(source, target);
      await shorten(target);
    };
    expect(await makeClone(disk, out, {}, short)).toMatchObject({ method: 'copy' });
    expect((await readFile(out)).equals(await readFile(disk))).toBe(true);
  });
});

describe('cp -c of macOS, by a program that stands in for it', () => {
  async function standIn(line: string): Promise<string> {
    const path = join(await tempDir(), 'cp');
    await writeFile(path, `#!/bin/sh\n[ "$1" = -c ] || exit 64\n${line}\n`);
    await chmod(path, 0o755);
    return path;
  }

  test('its clone is taken, with the mode of a new file', async () => {
    const { disk, out } = await folderWithDisk();
    await chmod(disk, 0o444);
    const cp = await standIn('exec cp -p --sparse=always "$2" "$3"');
    const made = await makeClone(disk, out, { size: 64 * MiB }, cloneByProgram(cp));
    expect(made).toMatchObject({ method: 'reflink', sizeBytes: 64 * MiB });
    expect((await stat(out)).mode & 0o777).toBe(0o666 & ~process.umask() & 0o644);
  });

  test('a copy that filled the holes is thrown away', async () => {
    const { disk, out } = await folderWithDisk();
    const cp = await standIn('exec cp --sparse=never "$2" "$3"');
    expect(await makeClone(disk, out, {}, cloneByProgram(cp))).toMatchObject({ method: 'copy' });
    expect(await occupied(out)).toBeLessThanOrEqual(await occupied(disk));
  });

  test('its failure and its absence end in a copy', async () => {
    const { disk, out } = await folderWithDisk();
    for (const cp of [await standIn('echo no >&2; exit 1'), '/nonexistent/cp']) {
      const made = await makeClone(disk, out, { force: true }, cloneByProgram(cp));
      expect(made).toMatchObject({ method: 'copy' });
      expect((await readFile(out)).equals(await readFile(disk))).toBe(true);
    }
  });
});

for (const [kind, size, [program = '', ...flags]] of reflinkKinds) {
  const why = whyNotMounted(kind, size, program, flags);
  describe.skipIf(why !== undefined)(kind, () => {
    test('shares the blocks: a clone takes no room and is independent', async () => {
      const folder = mounted(await tempDir(), size, program, flags);
      const [disk, out] = [join(folder, 'disk.raw'), join(folder, 'vm.raw')];
      await makeSparseDisk(disk);
      await chmod(disk, 0o444);
      const before = await readFile(disk);
      const made = await cloneDisk(disk, out, { size: 64 * MiB });
      expect(made).toMatchObject({ method: 'reflink', sizeBytes: 64 * MiB });
      expect((await readFile(out)).subarray(0, sparseBytes).equals(before)).toBe(true);
      expect((await stat(out)).mode & 0o222).toBe(0o200);
      await writeFile(out, 'changed', { flag: 'r+' });
      expect((await readFile(disk)).equals(before)).toBe(true);
      expect((await readdir(folder)).sort()).toEqual(['disk.raw', 'vm.raw']);
    });

    test('to and from another file system the data is copied', async () => {
      const folder = mounted(await tempDir(), size, program, flags);
      const { disk, out } = await folderWithDisk();
      const [there, back] = [join(folder, 'vm.raw'), out];
      expect(await cloneDisk(disk, there)).toMatchObject({ method: 'copy' });
      expect(await cloneDisk(there, back)).toMatchObject({ method: 'copy' });
      expect((await readFile(back)).equals(await readFile(disk))).toBe(true);
      expect(await occupied(back)).toBeLessThanOrEqual(await occupied(disk));
    });
  });
  test.skipIf(why === undefined)(`reflinks of ${kind} are not tried: ${why}`, () => {});
}

test.skipIf(whyNotMounted('btrfs', 128, 'mkfs.btrfs', ['-q']) !== undefined)(
  'btrfs refuses a folder without copy on write, and the data is copied',
  async () => {
    const folder = mounted(await tempDir(), 128, 'mkfs.btrfs', ['-q']);
    const [disk, inner] = [join(folder, 'disk.raw'), join(folder, 'nocow')];
    await makeSparseDisk(disk);
    await mkdir(inner);
    execFileSync('chattr', ['+C', inner]);
    const out = join(inner, 'vm.raw');
    expect(await cloneDisk(disk, out)).toMatchObject({ method: 'copy' });
    expect((await readFile(out)).equals(await readFile(disk))).toBe(true);
  },
);
