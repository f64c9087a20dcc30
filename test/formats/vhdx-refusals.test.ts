import { expect, test } from 'vitest';
import type { DefectReason } from '../../src/kit.ts';
import { buildVhdxImage, type VhdxImage } from '../../src/testing/vhdx-image.ts';
import {
  putGuid,
  sealVhdx,
  vhdxGuids,
  vhdxHeader,
  vhdxRegionTable,
} from '../../src/testing/vhdx-structures.ts';
import { decodeContext } from './decode-context.ts';
import { PageSink } from './page-sink.ts';
import { content } from './qcow2-disk.ts';
import { SteppedSource } from './stepped-source.ts';
import { decodeVhdx, KiB, MiB, refusalOfVhdx } from './vhdx-disk.ts';

const virtualSize = 6 * MiB;
const limits = { virtualBytes: 64 * MiB };
const extents = [
  { position: 0, bytes: content('text', 1, 2 * MiB) },
  { position: 5 * MiB, bytes: content('text', 2, MiB) },
];
// Blocks 0, 1 and 5 lie at 4, 5 and 6 MiB; log, metadata and block table at 1, 2 and 3.
const pristine = buildVhdxImage({ virtualSize, extents });

interface Subject extends VhdxImage {
  view: DataView;
}
type Damage = (image: Subject) => void;

function subject(): Subject {
  const bytes = Uint8Array.from(pristine.bytes);
  return { ...pristine, bytes, view: new DataView(bytes.buffer) };
}

/** A change of both headers that keeps their checksums right. */
const headers = (change: (view: DataView) => void): Damage => {
  return ({ bytes }) => {
    for (const at of [64 * KiB, 128 * KiB]) {
      const header = bytes.subarray(at, at + 4 * KiB);
      change(new DataView(bytes.buffer, at, 4 * KiB));
      sealVhdx(header);
    }
  };
};

type Region = Parameters<typeof vhdxRegionTable>[0][number];
const bat: Region = { guid: vhdxGuids.bat, offset: 3 * MiB, length: MiB };
const metadata: Region = { guid: vhdxGuids.metadata, offset: 2 * MiB, length: MiB };
const unknown = { guid: '99999999-2222-4333-8444-555555555555', offset: 40 * MiB, length: MiB };

/** Other regions, in both tables. */
const regions = (...list: Region[]): Damage => {
  return ({ bytes }) => {
    bytes.set(vhdxRegionTable(list), 192 * KiB);
    bytes.set(vhdxRegionTable(list), 256 * KiB);
  };
};

const items = [
  'fileParameters',
  'virtualSize',
  'diskId',
  'logicalSector',
  'physicalSector',
] as const;
type Item = (typeof items)[number];

/** A change of an entry of the metadata table. */
const entry = (name: Item, change: (view: DataView, at: number) => void): Damage => {
  return ({ view, metadataOffset }) => change(view, metadataOffset + 32 + items.indexOf(name) * 32);
};
/** A change of what an item says. */
const item = (name: Item, change: (view: DataView, at: number) => void): Damage => {
  return entry(name, (view, at) => change(view, 2 * MiB + view.getUint32(at + 16, true)));
};
/** One more item, with flags. */
const moreItem = (guid: string, flags: number, offset = 66 * KiB): Damage => {
  return ({ view, metadataOffset }) => {
    const at = metadataOffset + 32 + items.length * 32;
    view.setUint16(metadataOffset + 10, items.length + 1, true);
    putGuid(view, at, guid);
    view.setUint32(at + 16, offset, true);
    view.setUint32(at + 20, 16, true);
    view.setUint32(at + 24, flags, true);
  };
};
/** Another entry for a block of the disk. */
const block = (number: number, value: bigint): Damage => {
  return ({ view, batOffset }) => view.setBigUint64(batOffset + number * 8, value, true);
};
const at = (place: number | bigint): bigint => (BigInt(place) << 20n) | 6n;
const u32 = (offset: number, value: number) => (view: DataView, start: number) =>
  view.setUint32(start + offset, value, true);
const size = (value: bigint): Damage =>
  item('virtualSize', (view, start) => view.setBigUint64(start, value, true));

const cases: [string, DefectReason, Damage][] = [
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
    headers((view) => view.setBigUint64(72, BigInt(MiB + 4096), true)),
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

  ['no metadata table', 'corrupt-header', ({ bytes }) => bytes.fill(0, 2 * MiB, 2 * MiB + 8)],
  [
    'too many items',
    'corrupt-header',
    ({ view }) => {
      // Each another one, optional, of no bytes.
      for (let i = items.length; i < 2047; i += 1) view.setUint32(2 * MiB + 32 + i * 32, i, true);
      view.setUint16(2 * MiB + 10, 2048, true);
    },
  ],
  ['no items', 'corrupt-header', ({ view }) => view.setUint16(2 * MiB + 10, 0, true)],
  ...items.map((name): [string, DefectReason, Damage] => [
    `no ${name}`,
    'corrupt-header',
    entry(name, (view, start) => {
      putGuid(view, start, '11111111-2222-4333-8444-555555555555');
      view.setUint32(start + 24, 0, true);
    }),
  ]),
  ...items.map((name): [string, DefectReason, Damage] => [
    `a ${name} of another length`,
    'corrupt-header',
    entry(name, u32(20, 3)),
  ]),
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

test.each(cases)('%s', async (_, reason, damage) => {
  const image = subject();
  damage(image);
  const failure = await refusalOfVhdx(image.bytes, decodeContext({ limits }));
  expect(failure.details).toMatchObject({ reason, format: 'vhdx' });
  expect(failure.hint).not.toBe('');
});

test('the undamaged image is no refusal', async () => {
  await expect(refusalOfVhdx(subject().bytes)).rejects.toThrow('not refused');
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
  'a block %i MiB behind its place is refused although the size is not known',
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

test('large blocks may not overlap, each other or a region behind them', async () => {
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
  const { bytes, metadataOffset } = buildVhdxImage({ virtualSize, extents });
  const image = { ...pristine, bytes, view: new DataView(bytes.buffer), metadataOffset };
  size(BigInt(TiB / 4))(image);
  expect((await refusalOfVhdx(bytes)).details.reason).toBe('corrupt-table');
});

test.each([{ mapEntries: 5 }, { tableBytes: 40 }])('more blocks than %o allows', async (bound) => {
  const context = decodeContext({ limits: bound });
  const { reason, limit } = (await refusalOfVhdx(pristine.bytes, context)).details;
  expect([reason, limit]).toEqual(['limit', 5]);
});

test('a disk above 64 TiB is refused whatever is allowed', async () => {
  const image = subject();
  size(BigInt(64 * MiB * MiB) + 512n)(image);
  const context = decodeContext({ limits: { virtualBytes: Number.MAX_SAFE_INTEGER } });
  expect((await refusalOfVhdx(image.bytes, context)).details.reason).toBe('corrupt-header');
});

test('never says the name of a parent', async () => {
  const image = subject();
  moreItem(vhdxGuids.parentLocator, 4)(image);
  image.bytes.set(Buffer.from('C:\\secret.vhdx', 'utf16le').subarray(0, 16), 2 * MiB + 66 * KiB);
  const failure = await refusalOfVhdx(image.bytes);
  expect(JSON.stringify([failure, failure.message])).not.toContain('secret');
});

test.each([0, 1, 7, 8, 100, 64 * KiB + 80, 320 * KiB - 1, MiB, 2 * MiB + 40, 4 * MiB - 1])(
  'cut to %i bytes',
  async (length) => {
    const reason = length === 0 ? 'empty' : 'truncated';
    expect((await refusalOfVhdx(pristine.bytes.slice(0, length))).details.reason).toBe(reason);
  },
);

test('what is no VHDX image is named so, however short', async () => {
  for (const text of ['v', 'vhdxfil', 'vhdxfile'].map((start) => `${start}!`)) {
    const { reason } = (await refusalOfVhdx(Buffer.from(text))).details;
    expect(reason).toBe(text === 'vhdxfile!' ? 'truncated' : 'format-mismatch');
  }
});
