import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import {
  type FileSystem,
  type FileSystemContext,
  type FileSystemFormat,
  ImageError,
} from '../../../src/kit.ts';
import { createRandom } from '../../faults/random.ts';
import { memorySource } from './memory-source.ts';

export const context: FileSystemContext = { signal: new AbortController().signal, log: () => {} };

/** Files of a tree by path, with their expected content. */
export type MadeTree = Map<string, Buffer>;

/** Writes a tree of files below `folder`: empty, small, long and with holes, in directories with many names. */
export function makeTree(
  folder: string,
  seed: number,
  { hasLinks = true, names = 200 }: { hasLinks?: boolean; names?: number } = {},
): MadeTree {
  const { next } = createRandom(seed);
  const files: MadeTree = new Map();
  const add = (path: string, bytes: Buffer): void => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), bytes);
    files.set(path, bytes);
  };
  const sizes = [0, 1, 59, 60, 61, 150, 1023, 4096, 5000, 70_000, 300_000];
  for (const size of sizes) {
    const bytes = Buffer.alloc(size);
    for (let at = 0; at < size; at += 7) bytes[at] = Math.floor(next() * 256);
    add(`/sizes/${size}.bin`, bytes);
  }
  for (let i = 0; i < names; i += 1)
    add(`/many/a-file-with-a-rather-long-name-${i}.txt`, Buffer.from(`${i}`));
  add('/boot/loader/entries/one.conf', Buffer.from('title one\n'));
  const bytes = Buffer.alloc(1_500_000);
  bytes.fill(7, 700_000, 700_100);
  bytes.fill(8, 1_499_000);
  add('/sparse.bin', Buffer.alloc(0));
  truncateSync(join(folder, '/sparse.bin'), bytes.length);
  writeFileSync(join(folder, '/sparse.bin'), bytes, { flag: 'r+' });
  files.set('/sparse.bin', bytes);
  if (hasLinks) {
    symlinkSync('boot/loader/entries/one.conf', join(folder, 'short'));
    symlinkSync(`/${'../'.repeat(40)}boot/loader/entries/one.conf`, join(folder, 'long'));
    files.set('/short', Buffer.from('title one\n'));
    files.set('/long', Buffer.from('title one\n'));
  }
  return files;
}

/** Reads every file of the tree, whole and in ranges, and every name of its directories. */
export async function expectTree(found: FileSystem, files: MadeTree): Promise<void> {
  for (const [path, bytes] of files) {
    const whole = await found.read(path, { mostBytes: bytes.length });
    expect(Buffer.compare(whole, bytes), path).toBe(0);
    const opened = await found.open(path);
    expect(opened.sizeBytes, path).toBe(bytes.length);
    const middle = Math.floor(bytes.length / 3);
    const part = await opened.read(middle, 1000);
    expect(Buffer.compare(part, bytes.subarray(middle, middle + 1000)), path).toBe(0);
  }
  const names = await found.list('/many');
  expect(names).toHaveLength(200);
  await expect(found.read('/many/none')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
}

/** One to three changed bytes at a time: an `ImageError` or an answer, and never more bytes than the disk has. */
export async function survivesChanges(
  format: FileSystemFormat,
  disk: Buffer,
  files: MadeTree,
  { rounds, seed, within }: { rounds: number; seed: number; within: number },
): Promise<{ refused: number; read: number }> {
  const { next } = createRandom(seed);
  // A zero byte is mostly unused, so changing it is harmless.
  const usedByte = (): number => {
    for (;;) {
      const at = Math.floor(next() * within);
      if (disk[at] !== 0) return at;
    }
  };
  const paths = [...files.keys()];
  const count = { refused: 0, read: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const changes = Array.from({ length: 1 + (round % 3) }, usedByte);
    const before = changes.map((at) => disk[at] ?? 0);
    for (const at of changes) disk[at] = Math.floor(next() * 256);
    try {
      const found = await format.open(memorySource(disk), context);
      for (let i = 0; i < 4; i += 1) {
        const path = paths[Math.floor(next() * paths.length)] ?? '/';
        await found.read(path, { mostBytes: 4 * 1024 * 1024 });
      }
      await found.list('/many');
      count.read += 1;
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      count.refused += 1;
    } finally {
      changes.forEach((at, index) => {
        disk[at] = before[index] ?? 0;
      });
    }
  }
  return count;
}
