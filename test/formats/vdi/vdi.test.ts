import { describe, expect, test } from 'vitest';
import { vdi } from '../../../formats/vdi.ts';
import { buildVdiImage, type VdiImageOptions } from '../../../src/testing/vdi-image.ts';
import { decodeContext } from '../decode-context.ts';
import { decodeDisk, decodeInto } from '../decode-disk.ts';
import { expectAbort, expectTransferFailure } from '../ended-decoding.ts';
import { PageSink } from '../page-sink.ts';
import { content, digestOf } from '../qcow2/disk.ts';
import { SteppedSource } from '../stepped-source.ts';

const MiB = 1024 * 1024;
const virtualSize = 13 * MiB + 512;
const extents = [
  { position: 0, bytes: content('text', 1, 3 * MiB) },
  { position: 5 * MiB + 512, bytes: content('noise', 2, 700_000) },
  { position: 9 * MiB, bytes: new Uint8Array(MiB) },
  { position: virtualSize - 700, bytes: content('text', 3, 700) },
];
const disk: VdiImageOptions = { virtualSize, extents };
const want = digestOf(virtualSize, extents);

const reversed = (blocks: number[]): number[] => blocks.toReversed();
const shuffled = (blocks: number[]): number[] =>
  blocks.toSorted((a, b) => ((a * 7919) % 1021) - ((b * 7919) % 1021) || a - b);

test('recognises its signature, and nothing else', () => {
  const head = buildVdiImage(disk).bytes.subarray(0, 512);
  expect(vdi.detect({ head })).toBe(true);
  expect(vdi.detect({ head: head.subarray(0, 0x43) })).toBe(false);
  expect(vdi.detect({ head: head.subarray(1) })).toBe(false);
  expect(vdi.detect({ head: new Uint8Array(512) })).toBe(false);
});

test('reports the facts of an image without reading its map', async () => {
  const { bytes } = buildVdiImage({ ...disk, variant: 'static', blockBytes: 65_536 });
  const source = new SteppedSource(bytes, { readyBytes: 512, sizeKnown: false });
  const image = await vdi.open(source, decodeContext());
  expect(image.virtualSize).toBe(virtualSize);
  expect(image.facts).toEqual({ variant: 'static', clusterBytes: 65_536, features: [] });
});

const layouts: [string, Partial<VdiImageOptions>][] = [
  ['as qemu writes it', {}],
  ['as VirtualBox writes it', { alignBytes: MiB }],
  ['static', { variant: 'static' }],
  ['static, out of order', { variant: 'static', order: shuffled }],
  ['discarded blocks', { zeros: 'discarded' }],
  ['small blocks', { blockBytes: 4096 }],
  ['the smallest blocks, out of order', { blockBytes: 512, order: shuffled }],
  ['one large block', { blockBytes: 16 * MiB }],
  ['from the end to the start', { order: reversed }],
  ['out of order', { order: shuffled, blockBytes: 65_536 }],
];

test.each(layouts)('%s', async (_, layout) => {
  const { bytes } = buildVdiImage({ ...disk, ...layout });
  const sink = await decodeDisk(vdi, bytes);
  expect(sink.sizeBytes).toBe(virtualSize);
  expect(sink.sha256()).toBe(want);
  expect((await decodeInto(vdi, bytes, new PageSink(0xee))).sha256()).toBe(want);
});

test('an odd size is rounded up to whole sectors, as qemu does', async () => {
  const image = buildVdiImage(disk);
  new DataView(image.bytes.buffer).setBigUint64(0x170, BigInt(virtualSize - 511), true);
  expect((await decodeDisk(vdi, image.bytes)).sha256()).toBe(want);
});

test('the last block may end with the disk', async () => {
  const { bytes, blockOffsets } = buildVdiImage(disk);
  const end = (blockOffsets.get(13) ?? 0) + 512;
  expect((await decodeDisk(vdi, bytes.slice(0, end))).sha256()).toBe(want);
});

test('an empty disk of 2 TiB is read quickly', async () => {
  const { bytes } = buildVdiImage({ virtualSize: 2 * MiB * MiB, extents: [] });
  const sink = await decodeDisk(vdi, bytes);
  expect([sink.sizeBytes, sink.writtenBytes]).toEqual([2 * MiB * MiB, 0]);
});

test('a disk of no bytes has no blocks', async () => {
  const { bytes } = buildVdiImage({ virtualSize: 0, extents: [] });
  expect((await decodeDisk(vdi, bytes)).sizeBytes).toBe(0);
});

describe('an image that is still arriving', () => {
  test.each(layouts.filter(([, { blockBytes = MiB }]) => blockBytes <= MiB))(
    '%s: every block that has arrived is written',
    async (_, layout) => {
      const image = buildVdiImage({ ...disk, ...layout });
      const blockBytes = layout.blockBytes ?? MiB;
      const source = new SteppedSource(image.bytes, { readyBytes: 0, sizeKnown: false });
      const sink = new PageSink();
      const done = decodeInto(vdi, source, sink);
      const steps = 12;
      for (let step = 1; step < steps; step += 1) {
        const readyBytes = Math.floor((image.bytes.length * step) / steps);
        source.grow(readyBytes);
        const there = [...image.blockOffsets].filter(([, at]) => at + blockBytes <= readyBytes);
        // The last block of the disk is short. This waits forever if nothing more is written.
        await sink.written((there.length - 1) * blockBytes);
      }
      source.grow(image.bytes.length);
      await done;
      expect(sink.sha256()).toBe(want);
    },
  );

  test('is read to its very end, also after its last block', async () => {
    const { bytes, dataOffset } = buildVdiImage({ ...disk, extents: [] });
    const longer = Buffer.concat([bytes, new Uint8Array(1000)]);
    const source = new SteppedSource(longer, { readyBytes: dataOffset, sizeKnown: true });
    const sink = new PageSink();
    let finished = false;
    const done = decodeInto(vdi, source, sink).then(() => {
      finished = true;
    });
    while (sink.sizeBytes < 0) await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(finished).toBe(false);
    source.grow(longer.length);
    await done;
  });

  test('rethrows the reason of an abort, and writes nothing afterwards', async () => {
    const { bytes } = buildVdiImage(disk);
    for (const readyBytes of [100, 520, 3 * MiB]) {
      await expectAbort(vdi, { bytes, readyBytes }, (sink) =>
        readyBytes < MiB ? new Promise(setImmediate) : sink.written(MiB),
      );
    }
  });

  test('passes on a failure of the transfer', async () => {
    const { bytes } = buildVdiImage(disk);
    for (const readyBytes of [100, 520, 3 * MiB]) {
      await expectTransferFailure(vdi, { bytes, readyBytes });
    }
  });
});
