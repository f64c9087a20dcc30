import { describe, expect, test } from 'vitest';
import { vhd } from '../../../formats/vhd.ts';
import { buildVhdImage, sealVhd, type VhdImageOptions } from '../../../src/testing/vhd-image.ts';
import { decodeContext } from '../decode-context.ts';
import { decodeDisk, decodeInto } from '../decode-disk.ts';
import { expectAbort, expectSinkFailure, expectTransferFailure } from '../ended-decoding.ts';
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
const disk: VhdImageOptions = { virtualSize, extents };
const want = digestOf(virtualSize, extents);

const reversed = (blocks: number[]): number[] => blocks.toReversed();
const shuffled = (blocks: number[]): number[] =>
  blocks.toSorted((a, b) => ((a * 7919) % 1021) - ((b * 7919) % 1021) || a - b);

describe('recognises', () => {
  const fixed = buildVhdImage({ ...disk, variant: 'fixed' }).bytes;
  const old = buildVhdImage({ ...disk, variant: 'fixed', oldFooter: true }).bytes;
  const dynamic = buildVhdImage(disk).bytes;

  test('a dynamic disk by its first bytes', () => {
    expect(vhd.detect({ head: dynamic.subarray(0, 512) })).toBe(true);
    expect(vhd.detect({ head: dynamic.subarray(0, 7) })).toBe(false);
    expect(vhd.detect({ head: dynamic.subarray(1) })).toBe(false);
  });

  test.each([
    ['a fixed disk', fixed],
    ['an old fixed disk', old],
  ])('%s by its last bytes, once they have arrived', (_, bytes) => {
    const head = bytes.subarray(0, 131_072);
    expect(vhd.detect({ head })).toBe(false);
    for (const length of [512, 4096, 65_536]) {
      expect(vhd.detect({ head, tail: bytes.subarray(-length) })).toBe(true);
    }
    expect(vhd.detect({ head, tail: bytes.subarray(-65_536, -1) })).toBe(bytes === fixed);
    expect(vhd.detect({ head, tail: bytes.subarray(-65_536, -2) })).toBe(false);
  });

  test('nothing in an empty file', () => {
    expect(vhd.detect({ head: new Uint8Array(), tail: new Uint8Array() })).toBe(false);
    expect(vhd.detect({ head: new Uint8Array(512), tail: new Uint8Array(512) })).toBe(false);
  });
});

describe('a dynamic disk', () => {
  const layouts: [string, Partial<VhdImageOptions>][] = [
    ['as it is usually written', {}],
    ['of small blocks', { blockBytes: 4096 }],
    ['of the smallest blocks', { blockBytes: 512 }],
    ['of large blocks', { blockBytes: 16 * MiB }],
    ['written from the end to the start', { order: reversed }],
    ['written out of order', { order: shuffled, blockBytes: 64 * 1024 }],
    ['with gaps between the blocks', { gapBytes: 1024, blockBytes: 8192 }],
    ['with wide gaps', { gapBytes: 32_768, blockBytes: 8192, order: shuffled }],
    ['with its table at the end', { table: 'last' }],
    ['with a footer of 511 bytes', { oldFooter: true }],
  ];

  test.each(layouts)('%s', async (_, layout) => {
    const { bytes } = buildVhdImage({ ...disk, ...layout });
    const sink = await decodeDisk(vhd, bytes);
    expect(sink.sizeBytes).toBe(virtualSize);
    expect(sink.sha256()).toBe(want);
    expect((await decodeInto(vhd, bytes, new PageSink(0xee))).sha256()).toBe(want);
  });

  test('of small blocks is written in few pieces, in any order', async () => {
    const bytes = content('noise', 5, 4 * MiB);
    const options = { virtualSize: 4 * MiB, extents: [{ position: 0, bytes }], blockBytes: 4096 };
    for (const order of [(blocks: number[]) => blocks, reversed]) {
      const image = buildVhdImage({ ...options, order });
      const sink = new PageSink();
      let writes = 0;
      sink.onWrite = () => {
        writes += 1;
      };
      await decodeInto(vhd, image.bytes, sink);
      expect(sink.sha256()).toBe(digestOf(4 * MiB, options.extents));
      expect(writes).toBeLessThan(8);
    }
  });

  test('is described by its headers', async () => {
    const image = buildVhdImage({ ...disk, blockBytes: 65_536 });
    image.bytes[84] = 1;
    sealVhd(image.bytes, 0, 512);
    const source = new SteppedSource(image.bytes, { readyBytes: 1536, sizeKnown: true });
    const { virtualSize: size, facts } = await vhd.open(source, decodeContext());
    expect(size).toBe(virtualSize);
    const features = ['saved state'];
    expect(facts).toEqual({ variant: 'dynamic', clusterBytes: 65_536, features });
  });

  test('has the size in the footer, for any geometry', async () => {
    const image = buildVhdImage(disk);
    for (const start of [0, image.footerOffset]) {
      image.bytes.set([0x12, 0x34, 1, 1], start + 56);
      image.bytes.set(Buffer.from('vpc '), start + 28);
      sealVhd(image.bytes, start, 512);
    }
    expect((await decodeDisk(vhd, image.bytes)).sha256()).toBe(want);
  });

  test('may have a table for more blocks than it has', async () => {
    const image = buildVhdImage({ virtualSize, extents, blockBytes: 65_536 });
    const blocks = Math.ceil(virtualSize / 65_536);
    new DataView(image.bytes.buffer).setUint32(image.headerOffset + 28, blocks + 8);
    sealVhd(image.bytes, image.headerOffset, 1024);
    // The rest of the table's last sector; it is not read.
    image.bytes.fill(0, image.tableOffset + blocks * 4, image.tableOffset + (blocks + 8) * 4);
    expect((await decodeDisk(vhd, image.bytes)).sha256()).toBe(want);
  });

  test('of 2 TiB without data is read quickly', async () => {
    const { bytes } = buildVhdImage({ virtualSize: 2 * MiB * MiB, extents: [] });
    const sink = await decodeDisk(vhd, bytes);
    expect([sink.sizeBytes, sink.writtenBytes]).toEqual([2 * MiB * MiB, 0]);
  });

  test('of no bytes has no blocks', async () => {
    const { bytes } = buildVhdImage({ virtualSize: 0, extents: [] });
    expect((await decodeDisk(vhd, bytes)).sizeBytes).toBe(0);
  });
});

describe('a dynamic disk that is still arriving', () => {
  test.each([
    ['in order', {}],
    ['out of order', { order: shuffled, blockBytes: 65_536 }],
    ['from the end to the start', { order: reversed }],
  ] as [string, Partial<VhdImageOptions>][])(
    '%s: every block that has arrived is written',
    async (_, layout) => {
      const image = buildVhdImage({ ...disk, ...layout });
      const blockBytes = layout.blockBytes ?? 2 * MiB;
      const source = new SteppedSource(image.bytes, { readyBytes: 0, sizeKnown: false });
      const sink = new PageSink();
      const done = decodeInto(vhd, source, sink);
      const steps = 12;
      for (let step = 1; step < steps; step += 1) {
        const readyBytes = Math.floor((image.bytes.length * step) / steps);
        source.grow(readyBytes);
        const there = [...image.blockOffsets].filter(
          ([, at]) => at + 512 + blockBytes <= readyBytes,
        );
        // A block may hold less of the disk at its end. This waits forever if nothing more is written.
        await sink.written((there.length - 1) * blockBytes);
      }
      source.grow(image.bytes.length);
      await done;
      expect(sink.sha256()).toBe(want);
    },
  );

  test('is not finished before the footer at the end has arrived', async () => {
    const { bytes, footerOffset } = buildVhdImage(disk);
    const source = new SteppedSource(bytes, { readyBytes: footerOffset, sizeKnown: true });
    const sink = new PageSink();
    let finished = false;
    const done = decodeInto(vhd, source, sink).then(() => {
      finished = true;
    });
    await sink.written(3 * MiB + 700_000);
    await new Promise(setImmediate);
    expect(finished).toBe(false);
    source.grow(bytes.length);
    await done;
  });

  test.each([true, false])(
    'and ends too early is truncated (size known: %s)',
    async (sizeKnown) => {
      const { bytes, footerOffset } = buildVhdImage({ ...disk, order: reversed });
      for (const length of [
        300,
        1000,
        1540,
        1536 + 512 + 100_000,
        footerOffset - 1,
        footerOffset,
      ]) {
        const cut = bytes.slice(0, length);
        const source = new SteppedSource(cut, { readyBytes: 100, sizeKnown });
        const done = decodeDisk(vhd, source);
        source.grow(length);
        await expect(done).rejects.toMatchObject({ details: { reason: 'truncated' } });
      }
    },
  );
});

describe('ends', () => {
  test('with the reason of an abort, and writes nothing afterwards', async () => {
    const { bytes } = buildVhdImage(disk);
    for (const readyBytes of [100, 1000, 1540, 3 * MiB]) {
      await expectAbort(vhd, { bytes, readyBytes }, (sink) =>
        readyBytes < MiB ? new Promise(setImmediate) : sink.written(MiB),
      );
    }
  });

  test('with a failure of the transfer', async () => {
    const { bytes } = buildVhdImage(disk);
    for (const readyBytes of [100, 1000, 1540, 3 * MiB]) {
      await expectTransferFailure(vhd, { bytes, readyBytes });
    }
  });

  test('with a failure of the sink, once no other write is running', async () => {
    const { bytes } = buildVhdImage({ ...disk, blockBytes: 65_536 });
    await expectSinkFailure(vhd, bytes, (position) => position === 0);
  });
});
