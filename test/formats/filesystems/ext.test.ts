import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ext } from '../../../formats/filesystems/ext.ts';
import { hasProgram } from '../../seed/read-back.ts';
import { context, expectTree, type MadeTree, makeTree, survivesChanges } from './made-tree.ts';
import { memorySource } from './memory-source.ts';

let folder: string;
let files: MadeTree;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootdisk-ext-'));
  mkdirSync(join(folder, 'tree'));
  files = makeTree(join(folder, 'tree'), 1);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A file system of 24 MiB with the tree in it, made by mke2fs. */
function make(options: string[]): Buffer {
  const path = join(folder, 'disk');
  const words = ['-q', '-F', '-L', 'label', ...options, '-d', join(folder, 'tree'), path, '24M'];
  execFileSync('mke2fs', words, { stdio: ['ignore', 'ignore', 'inherit'] });
  return readFileSync(path);
}

const kinds: Record<string, { id: string; options: string[] }> = {
  'ext2 with blocks of 1 KiB': { id: 'ext2', options: ['-t', 'ext2', '-b', '1024'] },
  ext3: { id: 'ext3', options: ['-t', 'ext3', '-b', '4096'] },
  ext4: { id: 'ext4', options: ['-t', 'ext4'] },
  'ext4 with blocks of 1 KiB and inline data': {
    id: 'ext4',
    options: ['-t', 'ext4', '-b', '1024', '-O', 'inline_data'],
  },
  'ext4 with meta groups and no checksums': {
    id: 'ext4',
    options: [
      '-t',
      'ext4',
      '-b',
      '1024',
      '-O',
      'meta_bg,^resize_inode,^metadata_csum',
      '-g',
      '1024',
    ],
  },
  'ext4 with big clusters': {
    id: 'ext4',
    options: ['-t', 'ext4', '-O', 'bigalloc', '-C', '16384'],
  },
};

describe.skipIf(!hasProgram('mke2fs'))('ext made by mke2fs', () => {
  test.each(Object.entries(kinds))('%s', async (_, { id, options }) => {
    const disk = make(options);
    expect(ext.detect({ head: disk.subarray(0, 131_072) })).toBe(true);
    const found = await ext.open(memorySource(disk), context);
    expect(found).toMatchObject({ id, label: 'label' });
    expect(found.uuid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    await expectTree(found, files);
  });

  test.each(['ext2 with blocks of 1 KiB', 'ext4'])('changed bytes of %s', async (name) => {
    const disk = make(kinds[name]?.options ?? []);
    const count = await survivesChanges(ext, disk, files, {
      rounds: 300,
      seed: 5,
      within: 200_000,
    });
    expect(count.refused).toBeGreaterThan(0);
    expect(count.read).toBeGreaterThan(0);
  });

  test('a partition that is shorter than its file system is refused', async () => {
    const disk = make(['-t', 'ext4']);
    const cut = memorySource(disk.subarray(0, disk.length - 4096));
    await expect(ext.open(cut, context)).rejects.toMatchObject({ code: 'ERR_DECODE' });
  });
});
