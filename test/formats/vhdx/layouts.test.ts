import { expect, test } from 'vitest';
import { buildVhdxImage, type VhdxImageOptions } from '../../../src/testing/vhdx-image.ts';
import { putGuid, vhdxHeader, vhdxRegionTable } from '../../../src/testing/vhdx-structures.ts';
import { decodeContext } from '../decode-context.ts';
import { PageSink } from '../page-sink.ts';
import { content, digestOf } from '../qcow2/disk.ts';
import { decodeVhdx, KiB, MiB } from './disk.ts';

/** Data at both ends of a disk of several blocks, with holes between, that ends inside a block. */
function diskFor(blockBytes: number, sectorBytes: 512 | 4096 = 512): VhdxImageOptions {
  const virtualSize = blockBytes * 5 + sectorBytes;
  const extents = [
    { position: 0, bytes: content('text', 1, 700_000) },
    { position: blockBytes - 1000, bytes: content('noise', 2, 5000) },
    { position: blockBytes * 3 + 512, bytes: content('noise', 3, MiB - 512) },
    { position: virtualSize - sectorBytes, bytes: content('text', 4, sectorBytes) },
  ];
  return { virtualSize, extents, blockBytes, sectorBytes };
}

async function expectRoundTrip(options: VhdxImageOptions): Promise<void> {
  const { bytes } = buildVhdxImage(options);
  const sink = await decodeVhdx(bytes);
  expect(sink.sizeBytes).toBe(options.virtualSize);
  expect(sink.sha256()).toBe(digestOf(options.virtualSize, options.extents));
}

test.each([1, 2, 4, 16])('blocks of %i MiB', async (size) => {
  await expectRoundTrip(diskFor(size * MiB));
});

test('blocks of 256 MiB', async () => {
  const virtualSize = 256 * MiB + 4096;
  const extents = [{ position: 256 * MiB, bytes: content('text', 1, 4096) }];
  const image = buildVhdxImage({ virtualSize, extents, blockBytes: 256 * MiB });
  const end = (image.dataOffsets.get(1) ?? 0) + 4096;
  const sink = await decodeVhdx(image.bytes.slice(0, end));
  expect(sink.sha256()).toBe(digestOf(virtualSize, extents));
});

const layouts: [string, Partial<VhdxImageOptions>][] = [
  ['sectors of 4096 bytes', { sectorBytes: 4096 }],
  ['every block in the file', { fixed: true }],
  ['blocks from the end to the start', { order: (blocks) => blocks.toReversed() }],
  ['tables before the log', { layout: ['bat', 'metadata', 'log', 'blocks'] }],
  ['blocks first', { layout: ['blocks', 'bat', 'metadata', 'log'] }],
  ['tables at the end', { layout: ['log', 'blocks', 'metadata', 'bat'] }],
  ['blocks marked as undefined', { absent: () => 1 }],
  ['blocks marked as zero', { absent: () => 2 }],
  ['blocks marked as unmapped', { absent: () => 3 }],
  ['blocks marked as unmapped in the older way', { absent: () => 5 }],
];

test.each(layouts)('%s', async (_, layout) => {
  for (const blockBytes of [MiB, 4 * MiB]) {
    await expectRoundTrip({ ...diskFor(blockBytes, layout.sectorBytes ?? 512), ...layout });
  }
});

test('the place of an absent block is not read', async () => {
  const options = diskFor(MiB);
  const image = buildVhdxImage(options);
  const view = new DataView(image.bytes.buffer);
  const taken = BigInt(image.dataOffsets.get(0) ?? 0);
  for (const state of [0n, 1n, 2n, 3n, 5n]) {
    view.setBigUint64(image.batOffset + 2 * 8, taken | state, true);
    const sink = await decodeVhdx(image.bytes);
    expect(sink.sha256()).toBe(digestOf(options.virtualSize, options.extents));
  }
});

test.each([
  [512, 4096],
  [4096, 32_768],
] as const)(
  'a bitmap entry is between chunks (sectors of %i bytes), with any value',
  async (sectorBytes, chunk) => {
    const virtualSize = (2 * chunk + 3) * MiB;
    const at = [0, chunk - 1, chunk, 2 * chunk - 1, 2 * chunk, 2 * chunk + 2];
    const extents = at.map((block, i) => ({
      position: block * MiB + i * 4096,
      bytes: content('noise', i + 1, 4096),
    }));
    const image = buildVhdxImage({ virtualSize, extents, sectorBytes });
    const view = new DataView(image.bytes.buffer);
    expect(image.batEntries).toBe(2 * chunk + 3 + 2);
    view.setBigUint64(image.batOffset + chunk * 8, 6n | (1n << 20n), true);
    view.setBigUint64(image.batOffset + (2 * chunk + 1) * 8, (1n << 64n) - 1n, true);
    const sink = await decodeVhdx(image.bytes);
    expect(sink.writtenBytes).toBe(at.length * MiB);
    for (const { position, bytes } of extents) {
      expect(Buffer.compare(sink.read(position, bytes.length), bytes)).toBe(0);
    }
  },
);

test('a disk of exactly one chunk has no bitmap entry', async () => {
  const { bytes } = buildVhdxImage({ virtualSize: 4096 * MiB, extents: [] });
  const sink = await decodeVhdx(bytes, undefined, decodeContext({ limits: { mapEntries: 4096 } }));
  expect(sink.sizeBytes).toBe(4096 * MiB);
});

test('entries after the last block are ignored', async () => {
  const options = diskFor(MiB);
  const image = buildVhdxImage(options);
  image.bytes.fill(0xff, image.batOffset + image.batEntries * 8, image.batOffset + MiB);
  const sink = await decodeVhdx(image.bytes);
  expect(sink.sha256()).toBe(digestOf(options.virtualSize, options.extents));
});

test('a file may end with the last byte of the disk, inside its last block', async () => {
  const options = { ...diskFor(4 * MiB), fixed: true };
  const { bytes, dataOffsets } = buildVhdxImage(options);
  const end = (dataOffsets.get(5) ?? 0) + 512;
  const sink = await decodeVhdx(bytes.slice(0, end), new PageSink(0xee));
  expect(sink.sha256()).toBe(digestOf(options.virtualSize, options.extents));
  await expect(decodeVhdx(bytes.slice(0, end - 1))).rejects.toMatchObject({
    details: { reason: 'truncated' },
  });
});

const copies: [string, (bytes: Uint8Array) => void][] = [
  ['first header', (bytes) => bytes.fill(0, 64 * KiB, 68 * KiB)],
  ['second header', (bytes) => bytes.fill(9, 128 * KiB + 8, 128 * KiB + 16)],
  ['first region table', (bytes) => bytes.fill(1, 192 * KiB + 20, 192 * KiB + 30)],
  ['second region table', (bytes) => bytes.fill(0, 256 * KiB, 320 * KiB)],
];

test.each(copies)('a damaged %s is replaced by its second copy', async (_, damage) => {
  const options = diskFor(MiB);
  const { bytes } = buildVhdxImage(options);
  damage(bytes);
  const sink = await decodeVhdx(bytes);
  expect(sink.sha256()).toBe(digestOf(options.virtualSize, options.extents));
});

test('the newer header is used, by unsigned 64-bit numbers', async () => {
  const options = diskFor(MiB);
  const { bytes, logOffset } = buildVhdxImage(options);
  const good = { logOffset, logBytes: MiB };
  const wrong = {
    logOffset: 77 * MiB,
    logBytes: MiB,
    logGuid: '00000000-0000-0000-0000-000000000001',
  };
  for (const [newer, older] of [
    [(1n << 64n) - 1n, 1n],
    [(1n << 63n) + 1n, 1n << 63n],
    [(1n << 53n) + 1n, 1n << 53n],
  ] as const) {
    for (const [first, second] of [
      [64, 128],
      [128, 64],
    ] as const) {
      bytes.set(vhdxHeader({ sequence: newer, ...good }), first * KiB);
      bytes.set(vhdxHeader({ sequence: older, ...wrong }), second * KiB);
      const sink = await decodeVhdx(bytes);
      expect(sink.sha256()).toBe(digestOf(options.virtualSize, options.extents));
    }
  }
});

test('two equal headers count as one', async () => {
  const { bytes } = buildVhdxImage(diskFor(MiB));
  bytes.copyWithin(64 * KiB, 128 * KiB, 132 * KiB);
  expect((await decodeVhdx(bytes)).sizeBytes).toBe(5 * MiB + 512);
});

test('an optional unknown item is skipped, with content or without', async () => {
  const options = diskFor(MiB);
  const { bytes, metadataOffset } = buildVhdxImage(options);
  const view = new DataView(bytes.buffer);
  const at = metadataOffset + 32 + 5 * 32;
  view.setUint16(metadataOffset + 10, 6, true);
  putGuid(view, at, '11111111-2222-4333-8444-555555555555');
  for (const [offset, length, flags] of [
    [80 * KiB, 1000, 0],
    [80 * KiB, 1000, 3],
    [0, 0, 2],
  ] as const) {
    view.setUint32(at + 16, offset, true);
    view.setUint32(at + 20, length, true);
    view.setUint32(at + 24, flags, true);
    const sink = await decodeVhdx(bytes);
    expect(sink.sha256()).toBe(digestOf(options.virtualSize, options.extents));
  }
});

test('an optional unknown region is skipped, wherever its place is', async () => {
  const options = diskFor(MiB);
  const { bytes, batOffset, metadataOffset } = buildVhdxImage(options);
  const unknown = { guid: '99999999-2222-4333-8444-555555555555', required: 0 };
  for (const offset of [64 * MiB, 2 ** 52, 2 ** 63]) {
    const table = vhdxRegionTable([
      { guid: '2DC27766-F623-4200-9D64-115E9BFD4A08', offset: batOffset, length: MiB, required: 0 },
      { ...unknown, offset, length: MiB },
      { guid: '8B7CA206-4790-4B9A-B8FE-575F050F886E', offset: metadataOffset, length: MiB },
    ]);
    bytes.set(table, 192 * KiB);
    bytes.set(table, 256 * KiB);
    const sink = await decodeVhdx(bytes);
    expect(sink.sha256()).toBe(digestOf(options.virtualSize, options.extents));
  }
});
