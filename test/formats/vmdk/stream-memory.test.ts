import { expect, test } from 'vitest';
import { vmdk } from '../../../formats/vmdk.ts';
import type { ByteSource, DiskSink } from '../../../src/kit.ts';
import { decodeContext } from '../decode-context.ts';
import { PageSink } from '../page-sink.ts';
import { content, digestOf } from '../qcow2/disk.ts';
import { wholeSource } from '../shared/byte-sources.ts';
import { KiB, subject } from './subject.ts';

test('the memory of a grain is freed once it is written', async () => {
  const written: Uint8Array[] = [];
  // A grain without neighbours is written directly from memory.
  const bytes = content('text', 1, 64 * KiB);
  const image = subject({
    variant: 'streamOptimized',
    grainSectors: 128,
    extents: [{ position: 0, bytes }],
  });
  const sink: DiskSink = {
    zeroed: true,
    setSize: async () => {},
    zero: async () => {},
    write: async (_, piece) => {
      written.push(piece);
      expect(piece).toHaveLength(64 * KiB);
    },
  };
  await (await vmdk.open(wholeSource(image.bytes), decodeContext())).copyTo(sink);
  expect(written.map(({ length }) => length)).toEqual([0]);
});

test('the bytes of a stream are read into memory that is reused, and only after its grains are written', async () => {
  const MiB = 1024 * KiB;
  const disk = [
    { position: 0, bytes: content('noise', 1, 16 * MiB) },
    { position: 16 * MiB, bytes: content('text', 2, 12 * MiB) },
  ];
  const { bytes } = subject({
    ...{ variant: 'streamOptimized', virtualSize: 32 * MiB, grainSectors: 128 },
    extents: disk,
  });
  const whole = wholeSource(bytes);
  const memories: Uint8Array[] = [];
  const source: ByteSource = {
    sizeBytes: bytes.length,
    readyBytes: bytes.length,
    grown: async () => {},
    stream: () => whole.stream(),
    read: async (position, length, memory) => {
      if (memory === undefined) return await whole.read(position, length);
      memories.push(memory);
      memory.set(bytes.subarray(position, position + length));
      return memory.subarray(0, Math.min(length, bytes.length - position));
    },
  };
  const sink = new PageSink();
  await (await vmdk.open(source, decodeContext())).copyTo(sink);
  expect(sink.sha256()).toBe(digestOf(32 * MiB, disk));
  expect(memories.length).toBeGreaterThan(15);
  expect(new Set(memories).size).toBeLessThan(10);
});
