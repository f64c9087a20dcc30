import { expect, test } from 'vitest';
import { sealVhdx, vhdxHeader, vhdxRegionTable } from '../../../src/testing/vhdx-structures.ts';
import { KiB, MiB, refusalOfVhdx } from './disk.ts';
import {
  bat,
  expectRefusal,
  headers,
  metadata,
  pristine,
  type Refused,
  regions,
  subject,
  unknown,
} from './subject.ts';

const cases: Refused[] = [
  ['identifier', 'format-mismatch', ({ bytes }) => bytes.fill(0, 0, 1)],
  ['both headers unsigned', 'corrupt-header', ({ bytes }) => bytes.fill(0, 64 * KiB, 192 * KiB)],
  [
    'both headers with a wrong checksum',
    'checksum',
    ({ bytes }) => bytes.fill(1, 64 * KiB + 100, 192 * KiB),
  ],
  [
    'headers that differ under one number',
    'corrupt-header',
    ({ bytes }) => {
      const same = { sequence: 2n, logOffset: MiB, logBytes: MiB };
      bytes.set(vhdxHeader({ ...same, logOffset: 9 * MiB }), 64 * KiB);
      bytes.set(vhdxHeader(same), 128 * KiB);
    },
  ],
  ['version 0', 'unsupported-variant', headers((view) => view.setUint16(66, 0, true))],
  ['version 2', 'unsupported-variant', headers((view) => view.setUint16(66, 2, true))],
  [
    'an unknown log version',
    'unsupported-variant',
    headers((view) => {
      view.setUint16(64, 1, true);
      view.setUint8(48, 1);
    }),
  ],
  ['a log guid without a log', 'corrupt-header', headers((view) => view.setUint8(63, 1))],
  [
    'a log guid and a log of no bytes',
    'corrupt-header',
    headers((view) => {
      view.setUint8(48, 1);
      view.setUint32(68, 0, true);
    }),
  ],
  ['a log of half a MiB', 'corrupt-header', headers((view) => view.setUint32(68, MiB / 2, true))],
  ['a log in the header', 'corrupt-header', headers((view) => view.setBigUint64(72, 0n, true))],
  [
    'a log out of step',
    'corrupt-header',
    headers((view) => view.setBigUint64(72, BigInt(99 * MiB + 4096), true)),
  ],
  [
    'a log past 2^63',
    'truncated',
    headers((view) => view.setBigUint64(72, (1n << 64n) - BigInt(MiB), true)),
  ],
  [
    'an active log of 4 GiB',
    'limit',
    headers((view) => {
      view.setUint8(48, 1);
      view.setUint32(68, 0xfff0_0000, true);
    }),
  ],
  [
    'an active log past the end',
    'truncated',
    headers((view) => {
      view.setUint8(48, 1);
      view.setBigUint64(72, 20n * BigInt(MiB), true);
    }),
  ],
  [
    'a log on top of the metadata',
    'corrupt-header',
    headers((view) => view.setBigUint64(72, 2n * BigInt(MiB), true)),
  ],

  ['both region tables gone', 'corrupt-header', ({ bytes }) => bytes.fill(0, 192 * KiB, MiB)],
  [
    'both region tables with a wrong checksum',
    'checksum',
    ({ bytes }) => bytes.fill(1, 192 * KiB + 1000, 320 * KiB),
  ],
  [
    'region tables that differ',
    'ambiguous-content',
    ({ bytes }) => bytes.set(vhdxRegionTable([bat, { ...metadata, required: 0 }]), 256 * KiB),
  ],
  [
    'too many regions',
    'corrupt-header',
    (image) => {
      const others = Array.from({ length: 2045 }, (_, i) => ({
        ...{ ...unknown, required: 0 },
        guid: `${String(i).padStart(8, '0')}-0000-4000-8000-000000000000`,
        offset: (100 + i) * MiB,
      }));
      regions(bat, metadata, ...others)(image);
      for (const start of [192 * KiB, 256 * KiB]) {
        image.view.setUint32(start + 8, 2048, true);
        sealVhdx(image.bytes.subarray(start, start + 64 * KiB));
      }
    },
  ],
  ['no block table', 'corrupt-header', regions(metadata)],
  ['no metadata', 'corrupt-header', regions(bat)],
  ['a region named twice', 'corrupt-header', regions(bat, metadata, { ...bat, offset: 30 * MiB })],
  ['an unknown required region', 'unsupported-feature', regions(bat, metadata, unknown)],
  [
    'an unknown region with odd flags',
    'unsupported-feature',
    regions(bat, metadata, { ...unknown, required: 0x8000_0000 }),
  ],
  ['a region in the header', 'corrupt-header', regions({ ...bat, offset: 0 }, metadata)],
  ['a region out of step', 'corrupt-header', regions({ ...bat, offset: 3 * MiB + 512 }, metadata)],
  ['a region of odd length', 'corrupt-header', regions({ ...bat, length: 4096 }, metadata)],
  ['a region of no bytes', 'corrupt-header', regions({ ...bat, length: 0 }, metadata)],
  ['a region past the end', 'truncated', regions({ ...bat, offset: 20 * MiB }, metadata)],
  ['a region past 2^53', 'truncated', regions({ ...bat, offset: 2 ** 60 }, metadata)],
  [
    'a region longer than the file',
    'truncated',
    regions({ ...bat, length: 0xfff0_0000 }, metadata),
  ],
  ['metadata past the end', 'truncated', regions(bat, { ...metadata, offset: 99 * MiB })],
  ['regions that overlap', 'corrupt-header', regions({ ...bat, offset: 2 * MiB }, metadata)],
  ['a region on top of the log', 'corrupt-header', regions({ ...bat, offset: MiB }, metadata)],
  [
    'an optional region on top of another',
    'corrupt-header',
    regions(bat, metadata, { ...unknown, offset: 2 * MiB, length: 2 * MiB, required: 0 }),
  ],
];

test.each(cases)('%s', async (...refused) => {
  await expectRefusal(refused);
});

test('the undamaged image is accepted', async () => {
  await expect(refusalOfVhdx(subject().bytes)).rejects.toThrow('not refused');
});

test.each([0, 1, 7, 8, 100, 64 * KiB + 80, 320 * KiB - 1, MiB, 2 * MiB + 40, 4 * MiB - 1])(
  'cut to %i bytes',
  async (length) => {
    const reason = length === 0 ? 'empty' : 'truncated';
    expect((await refusalOfVhdx(pristine.bytes.slice(0, length))).details.reason).toBe(reason);
  },
);

test('other files are named as such, for any length', async () => {
  for (const text of ['v', 'vhdxfil', 'vhdxfile'].map((start) => `${start}!`)) {
    const { reason } = (await refusalOfVhdx(Buffer.from(text))).details;
    expect(reason).toBe(text === 'vhdxfile!' ? 'truncated' : 'format-mismatch');
  }
});
