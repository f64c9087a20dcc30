import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { xfs } from '../../../formats/filesystems/xfs.ts';
import { hasProgram } from '../../seed/read-back.ts';
import { FileSource } from '../file-source.ts';
import { countingSource } from './counting-source.ts';
import { context } from './made-tree.ts';

const MiB = 1024 * 1024;
const block = 512;
const logBytes = 96 * MiB;
const logBlocks = logBytes / block;
/** One record: its header and the bytes after it. */
const recordBlocks = 64;

let folder: string;
let path: string;
let logAt: number;
const made = hasProgram('mkfs.xfs');

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootdisk-xfs-log-'));
  if (!made) return;
  path = join(folder, 'disk');
  const words = ['-q', '-l', `size=${logBytes}`, '-d', `file,name=${path},size=420m`];
  execFileSync('mkfs.xfs', words, { stdio: ['ignore', 'ignore', 'inherit'] });
  const superblock = Buffer.alloc(block);
  const file = openSync(path, 'r');
  readSync(file, superblock, 0, block, 0);
  closeSync(file);
  // The number of a block consists of its group and its place there.
  const number = superblock.readBigUInt64BE(48);
  const shift = BigInt(superblock[124] ?? 0);
  const inGroup = number & ((1n << shift) - 1n);
  const group = number >> shift;
  const start = group * BigInt(superblock.readUInt32BE(84)) + inGroup;
  logAt = Number(start) * superblock.readUInt32BE(4);
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Written {
  /** Block after the last record of the newest cycle. */
  head: number;
  /** Number of the newest cycle. */
  round: number;
  /** Whether the last record is that of a clean unmount. */
  isClean: boolean;
}

/**
 * Writes a log as Linux leaves it: the newest cycle up to the head, followed by the previous cycle, or by zeros in the
 * first one.
 */
function writeLog({ head, round, isClean }: Written): void {
  const log = Buffer.alloc(logBytes);
  const stamp = (from: number, to: number, number: number): void => {
    for (let at = from; at < to; at += 1) log.writeUInt32BE(number, at * block);
    for (let at = from; at < to; at += recordBlocks) {
      const length = Math.min(recordBlocks, to - at);
      if (length > 1) writeRecord(log, at, { length, round: number, operations: 7 });
    }
  };
  const last = isClean ? 2 : recordBlocks;
  stamp(0, Math.max(0, head - last), round);
  if (round > 1) stamp(head, logBlocks, round - 1);
  const at = (head - last + logBlocks) % logBlocks;
  const begun = head < last ? round - 1 : round;
  writeRecord(log, at, { length: last, round: begun, operations: isClean ? 1 : 5 });
  for (let count = 1; count < last; count += 1) {
    const place = (at + count) % logBlocks;
    log.writeUInt32BE(place < head ? round : round - 1, place * block);
  }
  if (isClean) log.set([0xaa, 0x20], ((at + 1) % logBlocks) * block + 8);
  const file = openSync(path, 'r+');
  writeSync(file, log, 0, log.length, logAt);
  closeSync(file);
}

function writeRecord(
  log: Buffer,
  at: number,
  { length, round, operations }: { length: number; round: number; operations: number },
): void {
  const header = log.subarray(at * block, (at + 1) * block);
  header.writeUInt32BE(0xfeed_babe, 0);
  header.writeUInt32BE(round, 4);
  header.writeUInt32BE(2, 8);
  header.writeUInt32BE((length - 1) * block, 12);
  header.writeUInt32BE(round, 16);
  header.writeUInt32BE(at, 20);
  header.writeUInt32BE(operations, 40);
  header.writeUInt32BE(32_768, 320);
}

/** Opens the disk; returns the bytes that were read, and the result. */
async function open(): Promise<{ reads: number; bytes: number; answer: string }> {
  const file = await FileSource.open(path);
  try {
    const source = countingSource(file);
    const answer = await xfs.open(source, context).then(
      () => 'read',
      (error: { details?: { reason?: string } }) => error.details?.reason ?? String(error),
    );
    return { reads: source.reads, bytes: source.bytes, answer };
  } finally {
    await file.close();
  }
}

const wrapped = [
  ['in the first round', { head: 40_000, round: 1 }],
  ['in a later round', { head: 40_000, round: 6 }],
  ['that ends with the log', { head: logBlocks, round: 3 }],
  ['whose last record begins at the end and goes on at the start', { head: 1, round: 9 }],
] as const;

describe.skipIf(!made)('a log of 96 MiB', () => {
  test('made by mkfs.xfs', async () => {
    expect(await open()).toMatchObject({ answer: 'read' });
  });

  test.each(wrapped)('%s: read after an unmount, refused without one', async (_, where) => {
    for (const isClean of [true, false]) {
      writeLog({ ...where, isClean });
      const { answer, reads, bytes } = await open();
      expect(answer).toBe(isClean ? 'read' : 'unsupported-feature');
      // The head is found by halving: 18 blocks of 196,608, then the blocks before it.
      expect(reads).toBeLessThan(50);
      expect(bytes).toBeLessThan(MiB);
    }
  });

  test('records of a mount after the last unmount are refused', async () => {
    writeLog({ head: 40_000, round: 6, isClean: true });
    const file = openSync(path, 'r+');
    const record = Buffer.alloc(2 * block);
    writeRecord(record, 0, { length: 2, round: 6, operations: 3 });
    record.writeUInt32BE(6, block);
    writeSync(file, record, 0, record.length, logAt + 40_000 * block);
    closeSync(file);
    expect(await open()).toMatchObject({ answer: 'unsupported-feature' });
  });

  test('a log without a record before its head is refused', async () => {
    const file = openSync(path, 'r+');
    const log = Buffer.alloc(logBytes);
    for (let at = 0; at < 5000; at += 1) log.writeUInt32BE(2, at * block);
    writeSync(file, log, 0, log.length, logAt);
    closeSync(file);
    const { answer, reads } = await open();
    expect(answer).toBe('unsupported-feature');
    expect(reads).toBeLessThan(100);
  });
});
