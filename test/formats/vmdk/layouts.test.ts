import { describe, expect, test } from 'vitest';
import { vmdk } from '../../../formats/vmdk.ts';
import { buildVmdkImage, type VmdkImageOptions } from '../../../src/testing/vmdk-image.ts';
import { decodeInto } from '../decode-disk.ts';
import { PageSink } from '../page-sink.ts';
import { content, digestOf } from '../qcow2/disk.ts';

/** Data at both ends of a disk that needs several tables if grains are small, with holes and zeros between. */
function diskFor(grainSectors: number): Pick<VmdkImageOptions, 'virtualSize' | 'extents'> {
  const grain = grainSectors * 512;
  // Making large grains takes longer than reading them.
  const many = grainSectors > 512 ? 1 : 3;
  const virtualSize = Math.max(grain * 12, 4 * 1024 * 1024) + 1536;
  const extents = [
    { position: 0, bytes: content('text', 1, grain * many) },
    { position: grain * 4 + 512, bytes: content('noise', 2, grain) },
    { position: grain * 6, bytes: new Uint8Array(grain * 2) },
    { position: grain * 8, bytes: content('text', 1, grain * many) },
    { position: virtualSize - 700, bytes: content('text', 3, 700) },
  ];
  return { virtualSize, extents };
}

async function expectRoundTrip(options: VmdkImageOptions): Promise<void> {
  const { bytes } = buildVmdkImage(options);
  const want = digestOf(options.virtualSize, options.extents);
  for (const junk of [undefined, 0xee]) {
    const sink = await decodeInto(vmdk, bytes, new PageSink(junk));
    expect(sink.sizeBytes).toBe(options.virtualSize);
    expect(sink.sha256()).toBe(want);
  }
}

const variants = ['monolithicSparse', 'streamOptimized'] as const;
const reversed = (grains: number[]): number[] => grains.toReversed();
const interleaved = (grains: number[]): number[] => [
  ...grains.filter((_, i) => i % 2 === 1),
  ...grains.filter((_, i) => i % 2 === 0),
];

describe.each(variants)('%s', (variant) => {
  test.each([16, 32, 64, 128, 256, 1024, 4096])('grains of %i sectors', async (grainSectors) => {
    await expectRoundTrip({ ...diskFor(grainSectors), variant, grainSectors });
  });

  test.each([1, 3, 100, 128, 512])('tables of %i entries', async (tableEntries) => {
    for (const tables of ['first', 'spread', 'last'] as const) {
      await expectRoundTrip({ ...diskFor(16), variant, grainSectors: 16, tableEntries, tables });
    }
  });

  test.each<[string, Partial<VmdkImageOptions>]>([
    ['tables first, one directory only', { redundant: false }],
    ['tables beside their data', { tables: 'spread' }],
    ['tables beside their data, and redundant ones', { tables: 'spread', redundant: true }],
    ['tables after all data', { tables: 'last' }],
    ['tables after all data, and redundant ones', { tables: 'last', redundant: true }],
    ['grains of zeros flagged', { zeros: 'flagged' }],
    ['grains of zeros flagged, tables spread', { zeros: 'flagged', tables: 'spread' }],
    ['written from the end to the start', { order: reversed }],
    ['written out of order', { order: interleaved }],
    ['written out of order, tables spread', { order: interleaved, tables: 'spread' }],
    ['from the end, tables last', { order: reversed, tables: 'last' }],
    ['a marker at the end', { end: 'marker' }],
    ['nothing after the last grain', { end: 'none' }],
  ])('%s', async (_, layout) => {
    await expectRoundTrip({ ...diskFor(128), variant, ...layout });
    await expectRoundTrip({
      ...diskFor(16),
      variant,
      grainSectors: 16,
      tableEntries: 64,
      ...layout,
    });
  });

  test('a disk without data', async () => {
    for (const tables of ['first', 'spread', 'last'] as const) {
      const options = { virtualSize: 512, extents: [], variant, tables };
      await expectRoundTrip(options);
      await expectRoundTrip({ ...options, virtualSize: 34 * 1024 * 1024 });
    }
  });
});
