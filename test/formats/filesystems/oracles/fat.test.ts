import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fat } from '../../../../formats/filesystems/fat.ts';
import { createRandom } from '../../../faults/random.ts';
import { hasProgram, runProgram } from '../../../seed/read-back.ts';
import { FileSource } from '../../file-source.ts';
import { context } from '../made-tree.ts';
import { bytesOf, fillFolder } from './random-tree.ts';
import { treeOfFiles, treeOfFolder } from './tree-of.ts';

const MiB = 1024 * 1024;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootdisk-mtools-'));
  for (const name of ['tree', 'out']) mkdirSync(join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true }));

const kinds: [string, number, string[]][] = [
  ['FAT12', 16 * MiB, ['-F', '12', '-s', '16']],
  ['FAT16', 32 * MiB, ['-F', '16', '-s', '2']],
  ['FAT32', 48 * MiB, ['-F', '32', '-s', '1']],
  ['FAT32 with sectors of 4 KiB', 300 * MiB, ['-F', '32', '-S', '4096', '-s', '1']],
];

const programs = ['mkfs.vfat', 'mcopy', 'mdel'];
describe.skipIf(!programs.every(hasProgram))('FAT agrees with mtools', () => {
  test.each(kinds)('%s', async (_, sizeBytes, options) => {
    const random = createRandom();
    const tree = join(folder, 'tree');
    fillFolder(tree, random, { longestName: 120, hasLinks: false, names: 150 });
    const disk = join(folder, 'disk');
    writeFileSync(disk, '');
    truncateSync(disk, sizeBytes);
    runProgram('mkfs.vfat', [...options, disk]);
    const entries = readdirSync(tree).map((name) => join(tree, name));
    runProgram('mcopy', ['-s', '-i', disk, ...entries, '::/']);
    // A file in the gaps between other files.
    const small = Array.from({ length: 40 }, (_, index) => `small-${index}`);
    for (const name of small) writeFileSync(join(folder, name), Buffer.alloc(3000, 's'));
    runProgram('mcopy', ['-i', disk, ...small.map((name) => join(folder, name)), '::/']);
    const gone = small.filter((_, index) => index % 2 === 0).map((name) => `::/${name}`);
    runProgram('mdel', ['-i', disk, ...gone]);
    writeFileSync(join(folder, 'fragments'), bytesOf(random, 200_000));
    runProgram('mcopy', ['-i', disk, join(folder, 'fragments'), '::/']);
    runProgram('mcopy', ['-s', '-n', '-i', disk, '::/*', join(folder, 'out')]);
    const source = await FileSource.open(disk);
    const found = await treeOfFiles(await fat.open(source, context));
    await source.close();
    expect(found).toEqual(treeOfFolder(join(folder, 'out')));
    expect(found['/fragments']).toMatch(/^file 200000 /);
  });
});
