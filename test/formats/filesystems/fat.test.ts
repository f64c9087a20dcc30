import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fat } from '../../../formats/filesystems/fat.ts';
import { hasProgram } from '../../seed/read-back.ts';
import { context, expectTree, type MadeTree, makeTree, survivesChanges } from './made-tree.ts';
import { memorySource } from './memory-source.ts';

const MiB = 1024 * 1024;
let folder: string;
let files: MadeTree;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootdisk-fat-'));
  mkdirSync(join(folder, 'tree'));
  files = makeTree(join(folder, 'tree'), 2, { hasLinks: false });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A volume with the tree in it, made by mkfs.vfat and mcopy. */
function make(sizeBytes: number, options: string[]): Buffer {
  const path = join(folder, 'disk');
  writeFileSync(path, '');
  truncateSync(path, sizeBytes);
  execFileSync('mkfs.vfat', ['-n', 'ROOTDISK', '-i', '1a2b3c4d', ...options, path], {
    stdio: 'ignore',
  });
  const entries = readdirSync(join(folder, 'tree')).map((name) => join(folder, 'tree', name));
  execFileSync('mcopy', ['-s', '-i', path, ...entries, '::/'], {
    env: { ...process.env, MTOOLS_SKIP_CHECK: '1' },
  });
  return readFileSync(path);
}

const kinds: [string, number, string[]][] = [
  ['fat12', 8 * MiB, ['-F', '12', '-s', '8']],
  ['fat16', 24 * MiB, ['-F', '16', '-s', '2']],
  ['fat32', 48 * MiB, ['-F', '32', '-s', '1']],
  ['fat16', 64 * MiB, ['-F', '16', '-S', '4096']],
];

describe.skipIf(!hasProgram('mkfs.vfat') || !hasProgram('mcopy'))('FAT made by mkfs.vfat', () => {
  test.each(kinds)('%s with %d bytes %j', async (id, sizeBytes, options) => {
    const disk = make(sizeBytes, options);
    expect(fat.detect({ head: disk.subarray(0, 131_072) })).toBe(true);
    const found = await fat.open(memorySource(disk), context);
    expect(found).toMatchObject({ id, label: 'ROOTDISK', uuid: '1A2B-3C4D' });
    await expectTree(found, files);
    const text = await found.read('/BOOT/LOADER/entries/ONE.conf');
    expect(Buffer.from(text).toString()).toBe('title one\n');
  });

  test('changed bytes', async () => {
    const disk = make(8 * MiB, ['-F', '12', '-s', '8']);
    const count = await survivesChanges(fat, disk, files, {
      rounds: 300,
      seed: 6,
      within: 40_000,
    });
    expect(count.refused).toBeGreaterThan(0);
    expect(count.read).toBeGreaterThan(0);
  });
});

test('other content is not recognized as FAT', () => {
  expect(fat.detect({ head: Buffer.alloc(512) })).toBe(false);
  expect(fat.detect({ head: Buffer.alloc(100, 1) })).toBe(false);
  const exfat = Buffer.alloc(512);
  exfat.write('\xeb\x76\x90EXFAT   ', 0, 'latin1');
  expect(fat.detect({ head: exfat })).toBe(false);
});
