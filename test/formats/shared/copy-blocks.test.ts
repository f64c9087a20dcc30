import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { BlockList } from '../../../formats/shared/blocks/block-list.ts';
import { copyBlocks } from '../../../formats/shared/blocks/copy-blocks.ts';
import { createTaskPool } from '../../../src/kit/task-pool.ts';

const MiB = 1024 * 1024;

test('batches are read into memory that is reused', async () => {
  const count = 24;
  const file = randomBytes(count * MiB);
  const blocks = new BlockList();
  for (let i = 0; i < count; i += 1) blocks.add(i, count - 1 - i);
  blocks.sort();
  const layout = {
    blocks,
    blockBytes: MiB,
    virtualSize: count * MiB,
    dataAt: (place: number) => place * MiB,
  };
  const memories = new Set<Uint8Array | undefined>();
  const source = {
    sizeBytes: file.length,
    readyBytes: file.length,
    grown: () => Promise.resolve(),
    async read(position: number, length: number, memory?: Uint8Array) {
      memories.add(memory);
      const bytes = memory?.subarray(0, length) ?? new Uint8Array(length);
      bytes.set(file.subarray(position, position + length));
      return bytes;
    },
    async *stream() {
      yield file;
    },
  };
  const disk = Buffer.alloc(file.length);
  const sink = {
    zeroed: true,
    setSize: () => Promise.resolve(),
    zero: () => Promise.resolve(),
    async write(position: number, bytes: Uint8Array) {
      // Bytes that are read meanwhile must not be stored here.
      await new Promise((resolve) => setImmediate(resolve));
      disk.set(bytes, position);
    },
  };
  const context = { signal: new AbortController().signal, tasks: createTaskPool(4) };
  await copyBlocks(layout, source, sink, context, () => new Error('refused'));
  expect(memories.has(undefined)).toBe(false);
  expect(memories.size).toBeLessThanOrEqual(4);
  for (let i = 0; i < count; i += 1) {
    const from = (count - 1 - i) * MiB;
    const block = disk.subarray(i * MiB, (i + 1) * MiB);
    expect(Buffer.compare(block, file.subarray(from, from + MiB))).toBe(0);
  }
});
