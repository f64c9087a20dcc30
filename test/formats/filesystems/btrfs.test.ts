import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blake2b256 } from '../../../formats/filesystems/btrfs/blake2b256.ts';
import { xxhash64 } from '../../../formats/filesystems/btrfs/xxhash64.ts';
import { btrfs } from '../../../formats/filesystems/btrfs.ts';
import { hasProgram } from '../../seed/read-back.ts';
import { FileSource } from '../file-source.ts';
import { context, expectTree, type MadeTree, makeTree, survivesChanges } from './made-tree.ts';

const MiB = 1024 * 1024;
let folder: string;
let files: MadeTree;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootdisk-btrfs-'));
  mkdirSync(join(folder, 'tree'));
  files = makeTree(join(folder, 'tree'), 4);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A file system of 128 MiB with the tree in it, made by mkfs.btrfs. */
function make(options: string[]): string {
  const path = join(folder, 'disk');
  writeFileSync(path, '');
  truncateSync(path, 128 * MiB);
  const words = ['-q', '-L', 'label', '--rootdir', join(folder, 'tree'), ...options, path];
  execFileSync('mkfs.btrfs', words, { stdio: ['ignore', 'ignore', 'inherit'] });
  return path;
}

const kinds: [string, string[]][] = [
  ['crc32c', []],
  ['xxhash', ['--csum', 'xxhash', '-n', '4096', '--mixed']],
  ['sha256 and two copies of metadata', ['--csum', 'sha256', '-m', 'dup']],
  ['blake2', ['--csum', 'blake2', '-n', '65536']],
];

describe.skipIf(!hasProgram('mkfs.btrfs'))('btrfs made by mkfs.btrfs', () => {
  test.each(kinds)('%s', async (_, options) => {
    const source = await FileSource.open(make(options));
    try {
      expect(btrfs.detect({ head: await source.read(0, 131_072) })).toBe(true);
      const found = await btrfs.open(source, context);
      expect(found).toMatchObject({ id: 'btrfs', label: 'label' });
      await expectTree(found, files);
    } finally {
      await source.close();
    }
  });

  test('a subvolume by its number: 0 and 5 are the top level', async () => {
    const source = await FileSource.open(make([]));
    try {
      const found = await btrfs.open(source, context);
      for (const id of [0, 5]) expect((await found.subvolumeById?.(id))?.id).toBe(found.root.id);
      await expect(found.subvolumeById?.(256)).rejects.toMatchObject({ code: 'ERR_DECODE' });
    } finally {
      await source.close();
    }
  });

  test('changed bytes', async () => {
    const disk = readFileSync(make(['-m', 'single']));
    const count = await survivesChanges(btrfs, disk, files, {
      rounds: 60,
      seed: 7,
      within: 30 * MiB,
    });
    expect(count.refused).toBeGreaterThan(0);
    expect(count.read).toBeGreaterThan(0);
  });
});

describe('checksums that Node does not have', () => {
  test.each([
    ['', 'ef46db3751d8e999'],
    ['a', 'd24ec4f1a98c6e5b'],
    ['abc', '44bc2cf5ad770999'],
    ['Nobody inspects the spammish repetition', 'fbcea83c8a378bf1'],
  ])('XXH64 of %j', (text, wanted) => {
    expect(xxhash64(Buffer.from(text)).toString(16)).toBe(wanted);
  });

  test.skipIf(!hasProgram('b2sum'))('BLAKE2b-256 equals the output of b2sum', () => {
    for (const length of [0, 1, 127, 128, 129, 4064]) {
      const bytes = createHash('sha256').update(`${length}`).digest();
      const input = Buffer.alloc(length, bytes);
      const printed = execFileSync('b2sum', ['-l', '256'], { input }).toString();
      expect(blake2b256(input).toString('hex')).toBe(printed.split(' ')[0]);
    }
  });
});
