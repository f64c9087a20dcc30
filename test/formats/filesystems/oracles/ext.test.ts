import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ext } from '../../../../formats/filesystems/ext.ts';
import { createRandom } from '../../../faults/random.ts';
import { hasProgram, runProgram } from '../../../seed/read-back.ts';
import { FileSource } from '../../file-source.ts';
import { context } from '../made-tree.ts';
import { bytesOf, fillFolder } from './random-tree.ts';
import { type Tree, treeOfFiles, treeOfFolder } from './tree-of.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootdisk-debugfs-'));
  for (const name of ['tree', 'out']) mkdirSync(join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true }));

const kinds: [string, string[]][] = [
  ['ext2, 1 KiB', ['-t', 'ext2', '-b', '1024']],
  ['ext3, 2 KiB', ['-t', 'ext3', '-b', '2048']],
  ['ext4, 4 KiB', ['-t', 'ext4', '-b', '4096']],
  ['ext4, 1 KiB, inline data', ['-t', 'ext4', '-b', '1024', '-I', '256', '-O', 'inline_data']],
  ['ext4 without 64bit and checksums', ['-t', 'ext4', '-b', '1024', '-O', '^64bit,^metadata_csum']],
  ['ext4, big clusters', ['-t', 'ext4', '-O', 'bigalloc', '-C', '16384']],
];

describe.skipIf(!hasProgram('mke2fs') || !hasProgram('debugfs'))('ext agrees with debugfs', () => {
  test.each(kinds)('%s', async (_, options) => {
    const random = createRandom();
    fillFolder(join(folder, 'tree'), random);
    const disk = join(folder, 'disk');
    runProgram('mke2fs', ['-q', '-F', ...options, '-d', join(folder, 'tree'), disk, '64M']);
    makeFragments(disk, join(folder, 'new'), bytesOf(random, 300_000));
    if (!options.includes('-C')) runProgram('e2fsck', ['-f', '-y', '-D', disk]);
    runProgram('debugfs', ['-R', `rdump / ${join(folder, 'out')}`, disk]);
    const source = await FileSource.open(disk);
    const found = await treeOfFiles(await ext.open(source, context));
    await source.close();
    const wanted = treeOfFolder(join(folder, 'out'));
    // For a file in its inode debugfs prints 60 bytes, even if it is shorter.
    const short = options.includes('inline_data') ? shortFiles(join(folder, 'tree')) : {};
    expect(found).toEqual({ ...wanted, ...short });
    expect(found['/fragments']).toMatch(/^file 300000 /);
  });
});

function shortFiles(tree: string): Tree {
  const isShort = ([, what]: [string, string]) => Number(/^file (\d+) /.exec(what)?.[1]) < 60;
  return Object.fromEntries(Object.entries(treeOfFolder(tree)).filter(isShort));
}

/** A file in the gaps between other files. */
function makeFragments(disk: string, file: string, bytes: Buffer): void {
  writeFileSync(file, bytes);
  const commands = Array.from({ length: 120 }, (_, index) => `write ${file}.small small-${index}`);
  writeFileSync(`${file}.small`, Buffer.alloc(4096, 's'));
  for (let index = 0; index < 120; index += 2) commands.push(`rm small-${index}`);
  commands.push(`write ${file} fragments`);
  writeFileSync(`${file}.commands`, commands.join('\n'));
  runProgram('debugfs', ['-w', '-f', `${file}.commands`, disk]);
}
