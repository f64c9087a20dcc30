import { describe, expect, test } from 'vitest';
import { vmdk } from '../../../formats/vmdk.ts';
import {
  buildVmdkImage,
  type VmdkImage,
  type VmdkImageOptions,
} from '../../../src/testing/vmdk-image.ts';
import { decodeContext } from '../decode-context.ts';
import { decodeDisk, decodeInto } from '../decode-disk.ts';
import { PageSink } from '../page-sink.ts';
import { content, digestOf } from '../qcow2/disk.ts';
import { SteppedSource } from '../stepped-source.ts';

const MiB = 1024 * 1024;
const grainBytes = 65_536;
const tableEntries = 64;

// A table describes 4 MiB: 20 of them here.
const virtualSize = 80 * MiB;
const extents = [
  { position: 0, bytes: content('text', 1, 4 * MiB) },
  { position: 40 * MiB, bytes: content('noise', 2, 3 * MiB) },
  { position: 70 * MiB, bytes: content('text', 3, 2 * MiB) },
];
const disk: VmdkImageOptions = { virtualSize, extents, tableEntries };
const want = digestOf(virtualSize, extents);

const shuffled = (grains: number[]): number[] =>
  grains.toSorted((a, b) => ((a * 7919) % 1021) - ((b * 7919) % 1021) || a - b);

const variant = 'streamOptimized';
const layouts: [string, Partial<VmdkImageOptions>][] = [
  ['as qemu writes it', {}],
  ['written out of order', { order: shuffled }],
  ['each table before its data', { tables: 'spread' }],
  ['each table before its data, out of order', { tables: 'spread', order: shuffled }],
  ['tables behind all data', { tables: 'last' }],
  ['a stream as qemu writes it', { variant }],
  ['a stream as VMware writes it', { variant, tables: 'spread' }],
  ['a stream out of order', { variant, tables: 'last', order: shuffled }],
];

const built = new Map<object, VmdkImage>();

/** Making an image takes longer than reading it. */
function imageOf(layout: Partial<VmdkImageOptions>): VmdkImage {
  const image = built.get(layout) ?? buildVmdkImage({ ...disk, ...layout });
  built.set(layout, image);
  return image;
}

/** Bytes of the disk that are known as soon as the file has arrived up to `readyBytes`. */
function explained(image: VmdkImage, isStream: boolean, readyBytes: number): number {
  const places = [...image.grainOffsets.values(), image.bytes.length].sort((a, b) => a - b);
  let bytes = 0;
  for (const [number, offset] of image.grainOffsets) {
    const table = isStream ? 0 : (image.tableOffsets[Math.floor(number / tableEntries)] ?? 0);
    const end = isStream ? (places[places.indexOf(offset) + 1] ?? 0) : offset + grainBytes;
    if (Math.max(table + tableEntries * 4, end) <= readyBytes) bytes += grainBytes;
  }
  return bytes;
}

describe('a file that is still arriving', () => {
  test.each(layouts)('%s: everything that is known is written', async (_, layout) => {
    const image = imageOf(layout);
    const source = new SteppedSource(image.bytes, { readyBytes: 0, sizeKnown: false });
    const sink = new PageSink();
    const done = decodeInto(vmdk, source, sink);
    const steps = 12;
    for (let step = 1; step < steps; step += 1) {
      const readyBytes = Math.floor((image.bytes.length * step) / steps);
      source.grow(readyBytes);
      // One read is up to 1 MiB and is not cut in two. This waits forever if nothing more is written.
      await sink.written(explained(image, layout.variant === variant, readyBytes) - MiB);
    }
    source.grow(image.bytes.length);
    await done;
    expect(sink.sha256()).toBe(want);
  });

  test.each(layouts)('%s: every single step', async (_, layout) => {
    const small = {
      virtualSize: MiB,
      extents: [{ position: 0, bytes: content('text', 1, 300_000) }],
    };
    const { bytes } = buildVmdkImage({ ...disk, ...layout, ...small, grainSectors: 16 });
    const source = new SteppedSource(bytes, { readyBytes: 0, sizeKnown: false });
    const done = decodeDisk(vmdk, source);
    for (let ready = 0; ready < bytes.length; ready += 251) {
      source.grow(ready);
      await new Promise(setImmediate);
    }
    source.grow(bytes.length);
    expect((await done).sha256()).toBe(digestOf(MiB, small.extents));
  });

  test.each([true, false])(
    'that ends too early is truncated (size known: %s)',
    async (sizeKnown) => {
      for (const [, layout] of layouts) {
        const image = imageOf(layout);
        const cut = image.bytes.slice(0, Math.max(...image.grainOffsets.values()) + 300);
        const source = new SteppedSource(cut, { readyBytes: 100_000, sizeKnown });
        const done = decodeDisk(vmdk, source);
        source.grow(cut.length);
        await expect(done).rejects.toMatchObject({ details: { reason: 'truncated' } });
      }
    },
  );
});

test('a queue that exceeds its memory drops tables and reads them again', async () => {
  const size = 16 * MiB;
  const noise = [{ position: 0, bytes: content('noise', 9, size) }];
  // Every 31st grain first: soon all tables are known, and nearly all data is still to come.
  const order = (grains: number[]): number[] =>
    grains.toSorted((a, b) => (a % 31) - (b % 31) || a - b);
  const options = { virtualSize: size, extents: noise, grainSectors: 16, tableEntries: 16 };
  const { bytes } = buildVmdkImage({ ...options, order });
  const source = new SteppedSource(bytes, 'whole');
  const sink = await decodeDisk(vmdk, source, decodeContext({ limits: { tableBytes: 40_000 } }));
  expect(sink.sha256()).toBe(digestOf(size, noise));
  expect(sink.writtenBytes).toBe(size);
});
