import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { btrfs } from '../../../../formats/filesystems/btrfs.ts';
import { filePaths } from '../../../../src/kit.ts';
import { createRandom } from '../../../faults/random.ts';
import { hasProgram, runProgram } from '../../../seed/read-back.ts';
import { FileSource } from '../../file-source.ts';
import { context } from '../made-tree.ts';
import { canMount, fillMounted } from './mounted.ts';
import { bytesOf, fillFolder } from './random-tree.ts';
import { type Tree, treeOfFiles, treeOfFolder } from './tree-of.ts';

const MiB = 1024 * 1024;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootdisk-restore-'));
  for (const name of ['tree', 'out']) mkdirSync(join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true }));

function make(options: string[]): string {
  const disk = join(folder, 'disk');
  writeFileSync(disk, '');
  truncateSync(disk, 256 * MiB);
  runProgram('mkfs.btrfs', ['-q', ...options, disk]);
  return disk;
}

/** The output of `btrfs restore`, with links. */
function restored(disk: string): Tree {
  runProgram('btrfs', ['restore', '-S', '-s', disk, join(folder, 'out')]);
  return treeOfFolder(join(folder, 'out'));
}

const kinds: [string, string[]][] = [
  ['crc32c', []],
  ['nodes of 4 KiB, mixed', ['-n', '4096', '--mixed']],
  ['nodes of 64 KiB, xxhash', ['-n', '65536', '--csum', 'xxhash']],
];

const programs = ['mkfs.btrfs', 'btrfs'];
describe.skipIf(!programs.every(hasProgram))('btrfs agrees with `btrfs restore`', () => {
  test.each(kinds)('%s', async (_, options) => {
    fillFolder(join(folder, 'tree'), createRandom());
    const disk = make([...options, '--rootdir', join(folder, 'tree')]);
    const source = await FileSource.open(disk);
    const found = await treeOfFiles(await btrfs.open(source, context));
    await source.close();
    expect(found).toEqual(restored(disk));
  });

  test.skipIf(!canMount('btrfs')).each(['zlib', 'lzo', 'zstd'])(
    'a subvolume compressed by %s, as Linux wrote it',
    async (compression) => {
      const random = createRandom();
      const disk = make([]);
      fillMounted(disk, [`compress-force=${compression}`], join(folder, 'tree'), (root) => {
        runProgram('btrfs', ['subvolume', 'create', join(root, 'sub')]);
        fillFolder(join(root, 'sub'), random);
        writeFileSync(join(root, 'sub/long'), bytesOf(random, 3_000_000));
      });
      const source = await FileSource.open(disk);
      const files = await btrfs.open(source, context);
      const root = await files.subvolume?.('/sub');
      if (root === undefined) throw new Error('no subvolume');
      const found = await treeOfFiles(filePaths({ root }));
      await source.close();
      runProgram('btrfs', ['restore', '-S', '-s', disk, join(folder, 'out')]);
      expect(found).toEqual(treeOfFolder(join(folder, 'out/sub')));
    },
  );
});
