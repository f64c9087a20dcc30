import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { vmdk } from '../../../formats/vmdk.ts';
import type { DefectReason } from '../../../src/kit.ts';
import { vmdkMarkerBytes } from '../../../src/testing/vmdk-metadata.ts';
import { decodeDisk } from '../decode-disk.ts';
import { content, digestOf } from '../qcow2/disk.ts';
import {
  type Damage,
  expectRefusal,
  extents,
  grainBytes,
  KiB,
  type Subject,
  smallLimits,
  subject,
  virtualSize,
} from './subject.ts';

const want = digestOf(virtualSize, extents);
const grainSectors = grainBytes / 512;

/** In VMware's form: tables after the grains of their range, directory and footer at the end. */
const vmware = (): Subject => subject({ variant: 'streamOptimized', tables: 'spread' });
/** In qemu's form: tables first, no footer. */
const qemu = (): Subject => subject({ variant: 'streamOptimized' });

const grainAt = ({ grainOffsets }: Subject, grain = 0): number => grainOffsets.get(grain) ?? 0;
const footerAt = ({ footerOffset }: Subject): number => footerOffset ?? 0;
const lba = (value: bigint): Damage => {
  return (image) => image.view.setBigUint64(grainAt(image, 1), value, true);
};
const footer = (at: number, value: bigint): Damage => {
  return (image) => image.view.setBigUint64(footerAt(image) + at, value, true);
};

const both: [string, DefectReason, Damage][] = [
  ['a place past the end of the disk', 'corrupt-table', lba(BigInt(virtualSize / 512))],
  ['a place past 2^63', 'corrupt-table', lba(1n << 63n)],
  ['a place where no grain begins', 'corrupt-table', lba(BigInt(grainSectors + 1))],
  ['the place of another grain', 'corrupt-table', lba(0n)],
  ['a free place', 'corrupt-table', lba(BigInt(9 * grainSectors))],
  [
    '2 GiB of data',
    'corrupt-table',
    (image) => image.view.setUint32(grainAt(image) + 8, 0x7fff_ffff, true),
  ],
  [
    '2^32-1 bytes of data',
    'corrupt-table',
    (image) => image.view.setUint32(grainAt(image) + 8, 0xffff_ffff, true),
  ],
  [
    'more data than there is in front of the next marker',
    'corrupt-table',
    (image) => image.view.setUint32(grainAt(image) + 8, grainBytes, true),
  ],
  [
    'less data than the stream takes',
    'corrupt-data',
    (image) => {
      const at = grainAt(image) + 8;
      image.view.setUint32(at, image.view.getUint32(at, true) - 1, true);
    },
  ],
  [
    'no data, so another type',
    'corrupt-table',
    (image) => image.view.setUint32(grainAt(image) + 8, 0, true),
  ],
  [
    'damaged data',
    'corrupt-data',
    (image) => image.bytes.fill(0xff, grainAt(image) + 20, grainAt(image) + 40),
  ],
  ['a damaged checksum', 'corrupt-data', damageChecksum],
  [
    'a marker that is lost',
    'corrupt-table',
    (image) => image.bytes.fill(0, grainAt(image, 2), grainAt(image, 2) + 512),
  ],
  ['a table entry that is missing', 'corrupt-table', entry(0, () => 0)],
  [
    'a table entry for another grain',
    'corrupt-table',
    entry(1, (image) => grainAt(image, 2) / 512),
  ],
  [
    'a table entry that has no grain',
    'corrupt-table',
    entry(7, (image) => grainAt(image, 1) / 512),
  ],
  ['a table entry past the end', 'truncated', entry(7, (image) => image.bytes.length / 512)],
  ['a table entry of 1, without the flag for zeros', 'corrupt-table', entry(7, () => 1)],
  [
    'a grain table in the header',
    'corrupt-table',
    (image) => image.view.setUint32(image.directoryOffset, 3, true),
  ],
  [
    'a grain table among the grains',
    'corrupt-table',
    (image) => image.view.setUint32(image.directoryOffset, grainAt(image) / 512, true),
  ],
  [
    'overhead that ends in the descriptor',
    'corrupt-header',
    (image) => image.view.setBigUint64(64, 20n, true),
  ],
];

test.each(both)('%s', async (_, reason, damage) => {
  for (const image of [vmware(), qemu()]) {
    damage(image);
    await expectRefusal(image.bytes, reason);
  }
});

const footers: [string, DefectReason, Damage][] = [
  ['another magic', 'corrupt-header', footer(0, 0n)],
  ['another capacity', 'corrupt-header', footer(12, BigInt(virtualSize / 512 + 1))],
  ['other grains', 'corrupt-header', footer(20, 32n)],
  ['another descriptor', 'corrupt-header', footer(28, 2n)],
  [
    'another table size',
    'corrupt-header',
    (image) => image.view.setUint32(footerAt(image) + 44, 128, true),
  ],
  [
    'a version that is not known',
    'unsupported-variant',
    (image) => image.view.setUint32(footerAt(image) + 4, 4, true),
  ],
  [
    'flags of another kind of disk',
    'corrupt-header',
    (image) => {
      image.view.setUint32(footerAt(image) + 8, 1, true);
      image.view.setUint16(footerAt(image) + 77, 0, true);
    },
  ],
  [
    'flags that are not known',
    'unsupported-feature',
    (image) => image.view.setUint32(footerAt(image) + 8, 0x7_0001, true),
  ],
  [
    'other line ends',
    'corrupt-header',
    (image) => image.bytes.fill(0x0a, footerAt(image) + 75, footerAt(image) + 76),
  ],
  ['a directory in yet another footer', 'corrupt-header', footer(56, (1n << 64n) - 1n)],
  ['no directory', 'corrupt-header', footer(56, 0n)],
  ['a directory past the end', 'corrupt-table', footer(56, 1n << 30n)],
  ['a directory past 2^63', 'truncated', footer(56, 1n << 63n)],
  [
    'a directory without a marker',
    'corrupt-table',
    (image) => image.view.setBigUint64(footerAt(image) + 56, BigInt(grainAt(image) / 512), true),
  ],
];

test.each(footers)('a footer with %s', async (_, reason, damage) => {
  const image = vmware();
  damage(image);
  await expectRefusal(image.bytes, reason);
});

test('a footer may say that the file was closed properly, or not', async () => {
  const image = vmware();
  image.bytes[72] = 1;
  expect((await decodeDisk(vmdk, image.bytes)).sha256()).toBe(want);
});

test('a header and a footer may not name two directories', async () => {
  const image = vmware();
  image.view.setBigUint64(56, BigInt(image.directoryOffset / 512), true);
  expect((await decodeDisk(vmdk, image.bytes)).sha256()).toBe(want);
  image.view.setBigUint64(56, BigInt(grainAt(image) / 512), true);
  await expectRefusal(image.bytes, 'corrupt-header');
  const other = subject({ variant: 'streamOptimized', tables: 'last', redundant: true });
  other.view.setBigUint64(48, 100n, true);
  await expectRefusal(other.bytes, 'corrupt-header');
});

test('markers of an unknown type, of wrong length or too many of them', async () => {
  const marker = (image: Subject): DataView => {
    return new DataView(image.bytes.buffer, (image.tableOffsets[0] ?? 0) - 512, 16);
  };
  const unknown = vmware();
  marker(unknown).setUint32(12, 5, true);
  await expectRefusal(unknown.bytes, 'corrupt-table');
  for (const length of [2n, 130n, (1n << 64n) - 1n]) {
    const image = vmware();
    marker(image).setBigUint64(0, length, true);
    await expectRefusal(image.bytes, 'corrupt-table');
  }
  const { bytes, view } = vmware();
  const directory = [vmdkMarkerBytes(1, { type: 2 }), new Uint8Array(512)];
  const head = bytes.subarray(0, Number(view.getBigUint64(64, true)) * 512);
  const more = Buffer.concat([head, ...directory, ...directory, ...directory]);
  await expectRefusal(Uint8Array.from(more), 'corrupt-table');
});

test('the marker that only vSphere writes is skipped', async () => {
  const { bytes } = subject({ variant: 'streamOptimized', end: 'none' });
  const more = Buffer.concat([bytes, vmdkMarkerBytes(0, { type: 4 }), new Uint8Array(512)]);
  expect((await decodeDisk(vmdk, Uint8Array.from(more))).sha256()).toBe(want);
});

test('only the end may follow the footer', async () => {
  const { bytes } = vmware();
  const end = bytes.length - 512;
  for (const marker of [
    vmdkMarkerBytes(0, deflateSync(new Uint8Array(grainBytes))),
    vmdkMarkerBytes(1, { type: 3 }),
  ]) {
    const more = Buffer.concat([bytes.subarray(0, end), marker, new Uint8Array(1024)]);
    await expectRefusal(Uint8Array.from(more), 'corrupt-table');
  }
});

test('zeros may follow the end, other bytes may not', async () => {
  for (const { bytes } of [vmware(), qemu()]) {
    const longer = new Uint8Array(bytes.length + 3 * 1024 * KiB + 100);
    longer.set(bytes);
    expect((await decodeDisk(vmdk, longer)).sha256()).toBe(want);
    longer[longer.length - 1] = 1;
    await expectRefusal(longer, 'trailing-data');
  }
});

test('the footer and its end marker must be there', async () => {
  const { bytes } = vmware();
  for (const missing of [497, 511, 512, 513, 1024, 1025, 1536, 1537]) {
    await expectRefusal(bytes.slice(0, -missing), 'truncated');
  }
  const withoutFooter = Uint8Array.from(bytes);
  withoutFooter.fill(0, bytes.length - 1536);
  await expectRefusal(withoutFooter, 'truncated');
});

test('a file with its tables first may end with the last byte of its last grain', async () => {
  const { bytes, grainOffsets } = subject({ variant: 'streamOptimized', end: 'none' });
  const last = Math.max(...grainOffsets.values());
  const length = new DataView(bytes.buffer).getUint32(last + 8, true);
  const end = last + 12 + length;
  expect(end % 512).not.toBe(0);
  expect((await decodeDisk(vmdk, bytes.slice(0, end))).sha256()).toBe(want);
  await expectRefusal(bytes.slice(0, end - 1), 'truncated');
  await expectRefusal(bytes.slice(0, last), 'truncated');
});

test('cut anywhere', async () => {
  const first = subject({ variant: 'streamOptimized', end: 'none' });
  for (const { bytes } of [vmware(), first]) {
    for (let length = 1; length < bytes.length - 512; length += 499) {
      await expectRefusal(bytes.slice(0, length), 'truncated');
    }
  }
});

const raw = content('text', 5, grainBytes);
const streams: [string, DefectReason, Uint8Array][] = [
  ['less than a grain', 'corrupt-data', deflateSync(raw.subarray(1))],
  ['more than a grain', 'corrupt-data', deflateSync(Buffer.concat([raw, raw.subarray(0, 1)]))],
  ['far more than a grain', 'corrupt-data', deflateSync(new Uint8Array(8 * 1024 * KiB))],
  ['data without the header of zlib', 'corrupt-data', deflateRawSync(raw)],
  ['gzip data', 'corrupt-data', gzipSync(raw)],
  ['data that needs a dictionary', 'corrupt-data', deflateSync(raw, { dictionary: raw })],
  ['no checksum', 'corrupt-data', deflateSync(raw).subarray(0, -4)],
];

test.each(streams)('a grain of %s', async (_, reason, stream) => {
  for (const grains of [grainBytes / 512, 128]) {
    const isLarge = grains === 128;
    if (isLarge && stream.length > 5000) continue;
    const image = subject({ variant: 'streamOptimized', extents: [], grainSectors: grains });
    const marker = vmdkMarkerBytes(0, stream);
    const bytes = new Uint8Array(image.bytes.length + marker.length);
    bytes.set(image.bytes);
    // After the zeros of an empty image, which are overwritten.
    const at = Number(image.view.getBigUint64(64, true)) * 512;
    bytes.set(marker, at);
    const view = new DataView(bytes.buffer);
    for (const [table] of [image.tableOffsets, image.copyOffsets]) {
      view.setUint32(table ?? 0, at / 512, true);
    }
    await expectRefusal(bytes, isLarge ? 'corrupt-data' : reason, smallLimits);
  }
});

function damageChecksum(image: Subject): void {
  const start = grainAt(image);
  const last = start + 12 + image.view.getUint32(start + 8, true) - 1;
  image.view.setUint8(last, image.view.getUint8(last) ^ 1);
}

/** Sets an entry of the first table and its copy. */
function entry(index: number, value: (image: Subject) => number): Damage {
  return (image) => {
    for (const [table = 0] of [image.tableOffsets, image.copyOffsets]) {
      if (table !== 0) image.view.setUint32(table + index * 4, value(image), true);
    }
  };
}
