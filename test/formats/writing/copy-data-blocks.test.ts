import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type BlockPlan,
  copyDataBlocks,
} from '../../../formats/shared/writing/copy-data-blocks.ts';
import { DiskId } from '../../../formats/shared/writing/disk-id.ts';
import { NewFile } from '../../../src/bytes/new-file.ts';
import type { DiskToWrite, WriteContext } from '../../../src/kit.ts';
import { content } from '../qcow2/disk.ts';
import { RawFile } from './write-file.ts';

const MiB = 1024 * 1024;
const virtualSize = 40 * MiB + 512;
// Zeros at the start of a block, a block with one byte, one that begins late, and the end of the disk.
const parts = [
  { position: 4096, bytes: content('noise', 1, 3 * MiB) },
  { position: 9 * MiB + 70_000, bytes: Uint8Array.of(1) },
  { position: 21 * MiB - 1, bytes: content('noise', 2, 2 * MiB) },
  { position: 40 * MiB + 100, bytes: content('noise', 3, 412) },
];
const blocks = [0, 1, 2, 3, 9, 20, 21, 22, 40];
const context: WriteContext = {
  options: {},
  signal: new AbortController().signal,
  log: () => {},
  tasks: { width: 4, run: (task) => task() },
};

let folder: string;
let disk: RawFile;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-copy-blocks-'));
  disk = await RawFile.create(join(folder, 'disk'), virtualSize, parts);
});
afterAll(async () => {
  await disk[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/**
 * Copies the blocks of a whole disk one after the other, from 1 MiB on; counts the bytes that pass through this thread.
 */
async function copy(fd: number | undefined) {
  const path = join(folder, 'out');
  const handle: FileHandle = await open(path, 'w+');
  const counts = { reads: 0, writes: 0, heard: 0 };
  const target = {
    fd: handle.fd,
    write: (...call: [Uint8Array, number, number, number]) => {
      counts.writes += 1;
      return handle.write(...call);
    },
    truncate: (bytes: number) => handle.truncate(bytes),
  };
  const out = new NewFile(target, (_, length) => {
    counts.heard += length;
  });
  const whole: DiskToWrite = {
    ...{ virtualSize, fd, extents: [[0, virtualSize]] },
    read: (...range) => {
      counts.reads += 1;
      return disk.read(...range);
    },
  };
  const [placed, id]: [number[], DiskId] = [[], new DiskId()];
  const place: BlockPlan['place'] = (index) => placed.push(index) * MiB;
  try {
    await copyDataBlocks(whole, out, { blockBytes: MiB, place, id }, context);
    await out.setSize((placed.length + 1) * MiB);
    const file = Buffer.alloc((placed.length + 1) * MiB);
    await handle.read(file, 0, file.length, 0);
    const { blocks: allocated } = await handle.stat();
    const { dataBytes } = out;
    return { placed, file, allocated, ...counts, dataBytes, id: id.finish('a test') };
  } finally {
    await handle.close();
  }
}

test('threads copy the blocks that are not zeros; their bytes never pass through the main thread', async () => {
  const { placed, file, reads, writes, heard, dataBytes, allocated } = await copy(disk.fd);
  expect([reads, writes]).toEqual([0, 0]);
  expect(placed).toEqual(blocks);
  for (const [i, index] of blocks.entries()) {
    const bytes = await disk.read(index * MiB, MiB);
    const copied = file.subarray((i + 1) * MiB, (i + 1) * MiB + bytes.length);
    expect(Buffer.compare(copied, bytes)).toBe(0);
  }
  // Blocks of 4 KiB that are all zeros are left out, and the others are reported.
  expect(dataBytes).toBe(heard);
  expect(dataBytes).toBeLessThan(5 * MiB + 5 * 4096);
  expect(allocated * 512).toBeLessThan(6 * MiB);
});

test('the file is the same without a descriptor, and if threads cannot read the disk', async () => {
  const byThreads = await copy(disk.fd);
  const gone = await open(join(folder, 'gone'), 'w+');
  const here = await copy(undefined);
  // An empty file: every job fails in its thread.
  const again = await copy(gone.fd);
  await gone.close();
  expect(here.reads).toBeGreaterThan(0);
  expect(again.reads).toBeGreaterThan(0);
  for (const { placed, file, id, dataBytes } of [here, again]) {
    expect(placed).toEqual(byThreads.placed);
    expect(Buffer.compare(file, byThreads.file)).toBe(0);
    expect(id).toEqual(byThreads.id);
    expect(dataBytes).toBe(byThreads.dataBytes);
  }
});

test('progress reports the position on the disk', async () => {
  const reached: number[] = [];
  const handle = await open(join(folder, 'told'), 'w+');
  const out = new NewFile({
    fd: handle.fd,
    write: (...call) => handle.write(...call),
    truncate: (bytes) => handle.truncate(bytes),
  });
  const read = disk.read.bind(disk);
  const { fd } = disk;
  const told: DiskToWrite = {
    ...{ virtualSize, fd, extents: [[0, virtualSize]], read },
    reached: (position) => reached.push(position),
  };
  const place: BlockPlan['place'] = (index) => index * MiB;
  await copyDataBlocks(told, out, { blockBytes: MiB, place }, context);
  await handle.close();
  expect(reached).toEqual(reached.toSorted((a, b) => a - b));
  expect(reached.at(-1)).toBe(41 * MiB);
});
