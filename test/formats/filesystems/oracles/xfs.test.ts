import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { xfs } from '../../../../formats/filesystems/xfs.ts';
import { createRandom } from '../../../faults/random.ts';
import { hasProgram, runProgram } from '../../../seed/read-back.ts';
import { FileSource } from '../../file-source.ts';
import { context } from '../made-tree.ts';
import { writeProto } from '../proto-file.ts';
import { canMount, fillMounted } from './mounted.ts';
import { bytesOf, fillFolder } from './random-tree.ts';
import { type Tree, treeOfFiles, treeOfFolder } from './tree-of.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootdisk-xfs-db-'));
  for (const name of ['tree', 'mount']) mkdirSync(join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true }));

function make(options: string[]): string {
  const disk = join(folder, 'disk');
  runProgram('mkfs.xfs', ['-q', '-d', `file,name=${disk},size=320m`, ...options]);
  return disk;
}

async function readTree(disk: string): Promise<Tree> {
  const source = await FileSource.open(disk);
  try {
    return await treeOfFiles(await xfs.open(source, context));
  } finally {
    await source.close();
  }
}

/** The bytes of each file at the extents that xfs_db reports, described as a tree. */
function filesByExtents(disk: string, tree: Tree): Tree {
  const paths = Object.keys(tree).filter((path) => tree[path]?.startsWith('file '));
  const commands = paths.flatMap((path) => [
    '-c',
    `path ${path}`,
    '-c',
    'bmap -d',
    '-c',
    'echo --',
  ]);
  const numbers = execFileSync('xfs_db', [
    '-r',
    '-c',
    'sb 0',
    '-c',
    'print blocksize agblocks',
    disk,
  ]);
  const [, blockBytes, groupBlocks] =
    /blocksize = (\d+)\s+agblocks = (\d+)/.exec(`${numbers}`) ?? [];
  const printed = execFileSync('xfs_db', ['-r', ...commands, disk], { maxBuffer: 1e8 }).toString();
  const parts = printed.split('-- \n');
  const file = openSync(disk, 'r');
  const found = paths.map((path, index) => {
    const length = Number(tree[path]?.split(' ')[1]);
    const bytes = Buffer.alloc(length);
    const extents = /offset (\d+) startblock \d+ \((\d+)\/(\d+)\) count (\d+) flag (\d)/g;
    for (const [, ...words] of (parts[index] ?? '').matchAll(extents)) {
      const [offset = 0, group = 0, block = 0, count = 0, isUnwritten = 0] = words.map(Number);
      if (isUnwritten === 1) continue;
      const at = offset * Number(blockBytes);
      const wanted = Math.min(count * Number(blockBytes), length - at);
      const place = (group * Number(groupBlocks) + block) * Number(blockBytes);
      if (wanted > 0) readSync(file, bytes, at, wanted, place);
    }
    return [path, `file ${length} ${createHash('sha256').update(bytes).digest('hex')}`];
  });
  closeSync(file);
  return Object.fromEntries(found);
}

const kinds: [string, string[]][] = [
  ['blocks of 4 KiB', []],
  ['blocks of 1 KiB, directories of 8', ['-b', 'size=1024', '-n', 'size=8192']],
  ['blocks of 64 KiB', ['-b', 'size=65536']],
  ['inodes of 2 KiB', ['-i', 'size=2048']],
  ['version 4, blocks of 512', ['-m', 'crc=0', '-b', 'size=512', '-i', 'size=256']],
  ['big extent counts', ['-i', 'nrext64=1']],
];

const programs = ['mkfs.xfs', 'xfs_db'];
describe.skipIf(!programs.every(hasProgram))('XFS agrees with xfs_db', () => {
  test.each(kinds)('%s', async (_, options) => {
    const tree = join(folder, 'tree');
    // Words of a prototype end at a blank, and mkfs.xfs leaves the headers of long targets out.
    fillFolder(tree, createRandom(), { hasBlanks: false, longestTarget: 80 });
    const disk = make([...options, '-p', writeProto(tree, join(folder, 'proto'))]);
    const found = await readTree(disk);
    expect(found).toEqual(treeOfFolder(tree));
    expect(found).toMatchObject(filesByExtents(disk, found));
  });

  test.skipIf(!canMount('xfs')).each([
    ['blocks of 4 KiB', []],
    ['blocks of 1 KiB', ['-b', 'size=1024']],
  ])('fragments, holes and trees of extents that Linux wrote, %s', async (_, options) => {
    const random = createRandom();
    const disk = make(options);
    let wanted: Tree = {};
    fillMounted(disk, [], join(folder, 'mount'), (root) => {
      fillFolder(root, random);
      writeFragments(join(root, 'fragments'), bytesOf(random, 4096), 700);
      wanted = treeOfFolder(root);
    });
    const found = await readTree(disk);
    expect(found).toEqual(wanted);
    expect(found).toMatchObject(filesByExtents(disk, { '/fragments': found['/fragments'] ?? '' }));
  });
});

/** Every other block of a file. */
function writeFragments(path: string, block: Buffer, count: number): void {
  const file = openSync(path, 'w');
  for (let index = 0; index < count; index += 1) {
    block.writeUInt32LE(index, 0);
    writeSync(file, block, 0, block.length, 2 * index * block.length);
  }
  closeSync(file);
}
