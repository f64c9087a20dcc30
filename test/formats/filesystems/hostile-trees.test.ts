import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unpackExtent } from '../../../formats/filesystems/btrfs/unpack-extent.ts';
import { btrfs } from '../../../formats/filesystems/btrfs.ts';
import { ext } from '../../../formats/filesystems/ext.ts';
import { xfs } from '../../../formats/filesystems/xfs.ts';
import { crc32c } from '../../../formats/shared/crc32c.ts';
import type { FileSystemFormat } from '../../../src/kit.ts';
import { hasProgram, runProgram } from '../../seed/read-back.ts';
import { countingSource } from './counting-source.ts';
import { context, makeTree } from './made-tree.ts';
import { memorySource } from './memory-source.ts';
import { writeProto } from './proto-file.ts';

const MiB = 1024 * 1024;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootdisk-trees-'));
  mkdirSync(join(folder, 'tree'));
  writeFileSync(join(folder, 'tree/victim'), Buffer.alloc(64 * 1024, 'v'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The result of reading a file, and the number of reads. */
async function readFile(
  format: FileSystemFormat,
  disk: Buffer,
): Promise<{ answer: string; reads: number }> {
  const source = countingSource(memorySource(disk));
  const files = await format.open(source, context);
  const file = await files.open('/victim');
  const answer = await file.read(0, 4096).then(
    () => 'read',
    (error: { details?: { reason?: string } }) => error.details?.reason ?? String(error),
  );
  return { answer, reads: source.reads };
}

/** Every entry of a block leads to the same block below: valid at each level, but endless as a whole. */
describe('a tree of few blocks with many paths through it', () => {
  test.skipIf(!hasProgram('mke2fs') || !hasProgram('debugfs'))('ext', async () => {
    const path = join(folder, 'ext');
    const options = ['-q', '-F', '-b', '1024', '-O', '^metadata_csum', '-d', join(folder, 'tree')];
    execFileSync('mke2fs', ['-t', 'ext4', ...options, path, '8M'], { stdio: 'ignore' });
    const ask = (question: string): string =>
      runProgram('debugfs', ['-R', question, path]).toString();
    const [, group, offset] = /block (\d+), offset (0x\w+)/.exec(ask('imap /victim')) ?? [];
    const blocks = ask('blocks /victim').trim().split(/\s+/).map(Number);
    const disk = readFileSync(path);
    const inode = Number(group) * 1024 + Number(offset);
    // 2^41 bytes long, so that a budget based on this length does not help.
    disk.writeUInt32LE(2 ** 9, inode + 108);
    const writeNode = (at: number, room: number, depth: number, child: number): void => {
      const entries = depth === 0 ? 0 : room;
      [0xf30a, entries, room, depth].forEach((value, index) => {
        disk.writeUInt16LE(value, at + 2 * index);
      });
      for (let slot = 0; slot < entries; slot += 1) {
        disk.fill(0, at + 12 + 12 * slot, at + 24 + 12 * slot);
        disk.writeUInt32LE(child, at + 12 + 12 * slot + 4);
      }
    };
    writeNode(inode + 40, 4, 5, blocks[0] ?? 0);
    for (let depth = 4; depth >= 0; depth -= 1) {
      const [own = 0, below = 0] = blocks.slice(4 - depth);
      writeNode(own * 1024, 84, depth, below);
    }
    const { answer, reads } = await readFile(ext, disk);
    expect(answer).toBe('limit');
    expect(reads).toBeLessThan(1000);
  });

  test.skipIf(!hasProgram('mkfs.xfs'))('XFS', async () => {
    const path = join(folder, 'xfs');
    const proto = writeProto(join(folder, 'tree'), join(folder, 'proto'));
    const words = ['-q', '-m', 'crc=0', '-b', 'size=1024', '-p', proto];
    execFileSync('mkfs.xfs', [...words, '-d', `file,name=${path},size=320m`], { stdio: 'ignore' });
    const disk = readFileSync(path);
    const victim = disk.indexOf('v'.repeat(1024));
    const files = await xfs.open(memorySource(disk), context);
    const number = BigInt((await files.root.find('victim'))?.id ?? 0);
    const [inodeBytes, slotBits, groupBits] = [
      disk.readUInt16BE(104),
      disk[123] ?? 0,
      disk[124] ?? 0,
    ];
    const block = number >> BigInt(slotBits);
    const groupBlocks = disk.readUInt32BE(84);
    const byteOf = (one: bigint): number =>
      (Number(one >> BigInt(groupBits)) * groupBlocks +
        Number(one & ((1n << BigInt(groupBits)) - 1n))) *
      1024;
    const inode = byteOf(block) + Number(number & ((1n << BigInt(slotBits)) - 1n)) * inodeBytes;
    const placeOf = (at: number): bigint => {
      const [group, inGroup] = [Math.floor(at / 1024 / groupBlocks), (at / 1024) % groupBlocks];
      return (BigInt(group) << BigInt(groupBits)) | BigInt(inGroup);
    };
    disk[inode + 5] = 3;
    disk.writeBigUInt64BE(2n ** 44n, inode + 56);
    disk[inode + 82] = 0;
    const levels = 6;
    const fork = inode + 100;
    const room = Math.floor((inodeBytes - 104) / 16);
    disk.fill(0, fork, inode + inodeBytes);
    disk.writeUInt16BE(levels, fork);
    disk.writeUInt16BE(room, fork + 2);
    for (let slot = 0; slot < room; slot += 1) {
      disk.writeBigUInt64BE(placeOf(victim), fork + 4 + 8 * room + 8 * slot);
    }
    for (let level = levels - 1; level >= 0; level -= 1) {
      const at = victim + (levels - 1 - level) * 1024;
      disk.fill(0, at, at + 1024);
      disk.write('BMAP', at, 'latin1');
      disk.writeUInt16BE(level, at + 4);
      const records = level === 0 ? 0 : 62;
      disk.writeUInt16BE(records, at + 6);
      for (let slot = 0; slot < records; slot += 1) {
        disk.writeBigUInt64BE(placeOf(at + 1024), at + 24 + 62 * 8 + 8 * slot);
      }
    }
    const { answer, reads } = await readFile(xfs, disk);
    expect(['limit', 'corrupt-table']).toContain(answer);
    expect(reads).toBeLessThan(25_000);
  });

  test.skipIf(!hasProgram('mkfs.btrfs'))('btrfs', async () => {
    const path = join(folder, 'btrfs');
    mkdirSync(join(folder, 'many'));
    makeTree(join(folder, 'many'), 8);
    writeFileSync(path, '');
    truncateSync(path, 128 * MiB);
    const options = ['-q', '-n', '4096', '--mixed', '--rootdir', join(folder, 'many')];
    execFileSync('mkfs.btrfs', [...options, path], { stdio: 'ignore' });
    const disk = readFileSync(path);
    const uuid = disk.subarray(65_536 + 32, 65_536 + 48);
    let changed = 0;
    for (let at = 0; at < disk.length; at += 4096) {
      const node = disk.subarray(at, at + 4096);
      const isTop =
        node.subarray(32, 48).equals(uuid) &&
        node.readBigUInt64LE(88) === 5n &&
        (node[100] ?? 0) > 0;
      if (at === 65_536 || !isTop) continue;
      // Every pointer becomes that of the first leaf; the keys do not change.
      for (let slot = 1; slot < node.readUInt32LE(96); slot += 1) {
        node.copy(node, 101 + 33 * slot + 17, 101 + 17, 101 + 33);
      }
      node.writeUInt32LE(crc32c(node.subarray(32)), 0);
      changed += 1;
    }
    expect(changed).toBeGreaterThan(0);
    const files = await btrfs.open(memorySource(disk), context);
    await expect(files.list('/')).rejects.toMatchObject({ details: { reason: 'corrupt-table' } });
  });
});

describe.skipIf(!hasProgram('mke2fs'))('a directory', () => {
  test('that is longer than its file system is refused', async () => {
    const path = join(folder, 'long');
    const options = [
      '-q',
      '-F',
      '-t',
      'ext2',
      '-b',
      '1024',
      '-d',
      join(folder, 'tree'),
      path,
      '4M',
    ];
    execFileSync('mke2fs', options, { stdio: 'ignore' });
    const disk = readFileSync(path);
    // The root is inode 2; its group is the first one.
    const root = disk.readUInt32LE(2048 + 8) * 1024 + disk.readUInt16LE(1024 + 88);
    disk.writeUInt32LE(32 * MiB, root + 4);
    const files = await ext.open(memorySource(disk), context);
    await expect(files.list('/')).rejects.toMatchObject({ details: { reason: 'corrupt-table' } });
  });
});

describe('a zstd extent', () => {
  const content = Buffer.alloc(100_000, 'content ');

  test.each([
    [17, true],
    [27, false],
  ])('with a window of 2^%d bytes is refused', (windowLog, isRead) => {
    // A frame without a stated length, and one block that is stored (RFC 8878, section 3.1.1).
    const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, (windowLog - 10) << 3, 0, 0, 0]);
    head.writeUIntLE((content.length << 3) | 1, 6, 3);
    const packed = Buffer.concat([head, content]);
    const unpack = () => unpackExtent(3, packed, content.length, 4096);
    if (isRead) expect(unpack().equals(content)).toBe(true);
    else expect(unpack).toThrow('broken');
  });
});
