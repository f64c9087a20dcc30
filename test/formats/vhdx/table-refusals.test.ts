import { expect, test } from 'vitest';
import { buildVhdxImage } from '../../../src/testing/vhdx-image.ts';
import { putGuid, vhdxGuids } from '../../../src/testing/vhdx-structures.ts';
import { decodeContext } from '../decode-context.ts';
import { PageSink } from '../page-sink.ts';
import { content } from '../qcow2/disk.ts';
import { SteppedSource } from '../stepped-source.ts';
import { decodeVhdx, KiB, MiB, refusalOfVhdx } from './disk.ts';
import {
  at,
  block,
  entry,
  expectRefusal,
  item,
  items,
  limits,
  moreItem,
  pristine,
  type Refused,
  size,
  subject,
  u32,
  virtualSize,
} from './subject.ts';

const cases: Refused[] = [
  ['no metadata table', 'corrupt-header', ({ bytes }) => bytes.fill(0, 2 * MiB, 2 * MiB + 8)],
  [
    'too many items',
    'corrupt-header',
    ({ view }) => {
      // Each a different one, optional, of no bytes.
      for (let i = items.length; i < 2047; i += 1) view.setUint32(2 * MiB + 32 + i * 32, i, true);
      view.setUint16(2 * MiB + 10, 2048, true);
    },
  ],
  ['no items', 'corrupt-header', ({ view }) => view.setUint16(2 * MiB + 10, 0, true)],
  ...items.map(
    (name): Refused => [
      `no ${name}`,
      'corrupt-header',
      entry(name, (view, start) => {
        putGuid(view, start, '11111111-2222-4333-8444-555555555555');
        view.setUint32(start + 24, 0, true);
      }),
    ],
  ),
  ...items.map(
    (name): Refused => [`a ${name} of another length`, 'corrupt-header', entry(name, u32(20, 3))],
  ),
  ['an item in the table', 'corrupt-header', entry('diskId', u32(16, 64 * KiB - 16))],
  ['an item behind the region', 'corrupt-header', entry('diskId', u32(16, MiB - 8))],
  ['an item at 2^32', 'corrupt-header', entry('diskId', u32(16, 0xffff_ffff))],
  ['an item over another', 'corrupt-header', entry('diskId', u32(16, 64 * KiB + 4))],
  ['an item named twice', 'corrupt-header', moreItem(vhdxGuids.diskId, 6)],
  [
    'an unknown required item',
    'unsupported-feature',
    moreItem('11111111-2222-4333-8444-555555555555', 4),
  ],
  ['a required item of the user', 'unsupported-feature', moreItem(vhdxGuids.diskId, 5)],
  ['a parent locator', 'external-reference', moreItem(vhdxGuids.parentLocator, 4)],
  ['a parent', 'external-reference', item('fileParameters', u32(4, 2))],
  ['a parent, although fixed', 'external-reference', item('fileParameters', u32(4, 3))],
  ['blocks of 0 bytes', 'corrupt-header', item('fileParameters', u32(0, 0))],
  ['blocks of 512 KiB', 'corrupt-header', item('fileParameters', u32(0, MiB / 2))],
  ['blocks of 3 MiB', 'corrupt-header', item('fileParameters', u32(0, 3 * MiB))],
  ['blocks of 512 MiB', 'corrupt-header', item('fileParameters', u32(0, 512 * MiB))],
  ['blocks of 2^32-1 bytes', 'corrupt-header', item('fileParameters', u32(0, 0xffff_ffff))],
  ['sectors of 1000 bytes', 'corrupt-header', item('logicalSector', u32(0, 1000))],
  ['sectors of 0 bytes', 'corrupt-header', item('logicalSector', u32(0, 0))],
  ['physical sectors of 520 bytes', 'corrupt-header', item('physicalSector', u32(0, 520))],
  ['a disk that is no whole sectors', 'corrupt-header', size(BigInt(virtualSize - 1))],
  ['a disk above the limit', 'limit', size(BigInt(limits.virtualBytes) + 512n)],
  ['a disk of 2^63 bytes', 'limit', size(1n << 63n)],
  ['a disk of 2^64-512 bytes', 'limit', size((1n << 64n) - 512n)],

  ['a reserved state', 'corrupt-table', block(2, 4n)],
  ['a reserved state with a place', 'corrupt-table', block(2, at(7) - 2n)],
  ['a partly present block', 'corrupt-table', block(1, at(5) + 1n)],
  ['a block in the header', 'corrupt-table', block(0, at(0))],
  ['a block on the log', 'corrupt-table', block(0, at(1))],
  ['a block on the metadata', 'corrupt-table', block(0, at(2))],
  ['a block on its table', 'corrupt-table', block(5, at(3))],
  ['a block used twice', 'corrupt-table', block(1, at(4))],
  ['a block past the end', 'truncated', block(1, at(7))],
  ['a block past 2^52', 'truncated', block(1, at(1n << 32n))],
  ['a block at the last place of all', 'truncated', block(1, at((1n << 44n) - 1n))],
];

test.each(cases)('%s', async (...refused) => {
  await expectRefusal(refused);
});

test('a block past the end is refused before anything is written', async () => {
  const image = subject();
  block(5, at(7))(image);
  const sink = new PageSink();
  await expect(decodeVhdx(image.bytes, sink)).rejects.toMatchObject({
    details: { reason: 'truncated' },
  });
  expect(sink.writtenBytes).toBe(0);
});

test.each([1n << 32n, 1n << 43n])(
  'a block %i MiB after its place is refused although the size is not known',
  async (behind) => {
    const image = subject();
    block(0, at(4n + behind))(image);
    const source = new SteppedSource(image.bytes, { readyBytes: 4 * MiB, sizeKnown: false });
    const done = refusalOfVhdx(source);
    await new Promise(setImmediate);
    source.grow(image.bytes.length);
    expect((await done).details.reason).toBe('truncated');
  },
);

test('large blocks may not overlap each other or a region after them', async () => {
  const disk = { virtualSize: 16 * MiB, blockBytes: 4 * MiB };
  const full = [{ position: 0, bytes: content('text', 1, 8 * MiB) }];
  const layout = ['metadata', 'bat', 'blocks', 'log'] as const;
  const { bytes, batOffset } = buildVhdxImage({ ...disk, extents: full, layout });
  const view = new DataView(bytes.buffer);
  view.setBigUint64(batOffset + 8, at(8), true);
  expect((await refusalOfVhdx(bytes)).details.reason).toBe('corrupt-table');
  view.setBigUint64(batOffset, at(4), true);
  view.setBigUint64(batOffset + 8, at(6), true);
  expect((await refusalOfVhdx(bytes)).details.reason).toBe('corrupt-table');
});

test('a block table may not be shorter than the disk', async () => {
  const TiB = MiB * MiB;
  const image = subject();
  size(BigInt(TiB / 4))(image);
  expect((await refusalOfVhdx(image.bytes)).details.reason).toBe('corrupt-table');
});

test.each([{ mapEntries: 5 }, { tableBytes: 40 }])('more blocks than %o allows', async (bound) => {
  const context = decodeContext({ limits: bound });
  const { reason, limit } = (await refusalOfVhdx(pristine.bytes, context)).details;
  expect([reason, limit]).toEqual(['limit', 5]);
});

test('a disk above 64 TiB is refused for any limit', async () => {
  const image = subject();
  size(BigInt(64 * MiB * MiB) + 512n)(image);
  const context = decodeContext({ limits: { virtualBytes: Number.MAX_SAFE_INTEGER } });
  expect((await refusalOfVhdx(image.bytes, context)).details.reason).toBe('corrupt-header');
});

test('never contains the name of a parent', async () => {
  const image = subject();
  moreItem(vhdxGuids.parentLocator, 4)(image);
  image.bytes.set(Buffer.from('C:\\secret.vhdx', 'utf16le').subarray(0, 16), 2 * MiB + 66 * KiB);
  const failure = await refusalOfVhdx(image.bytes);
  expect(JSON.stringify([failure, failure.message])).not.toContain('secret');
});
