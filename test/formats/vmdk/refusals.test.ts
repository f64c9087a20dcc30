import { expect, test } from 'vitest';
import { vmdk } from '../../../formats/vmdk.ts';
import type { DefectReason } from '../../../src/kit.ts';
import { decodeDisk } from '../decode-disk.ts';
import {
  changeDescriptor,
  type Damage,
  expectRefusal,
  KiB,
  smallLimits,
  subject,
} from './subject.ts';

const big = (value: bigint, at: number): Damage => {
  return ({ view }) => view.setBigUint64(at, value, true);
};
const small = (value: number, at: number): Damage => {
  return ({ view }) => view.setUint32(at, value, true);
};
const max64 = (1n << 64n) - 1n;

const headers: [string, DefectReason, Damage][] = [
  ['magic', 'format-mismatch', small(0x564d_444c, 0)],
  ['version 0', 'unsupported-variant', small(0, 4)],
  ['version 4', 'unsupported-variant', small(4, 4)],
  ['version 2^32-1', 'unsupported-variant', small(0xffff_ffff, 4)],
  ['an unknown flag that must be understood', 'unsupported-feature', small(0x4_0003, 8)],
  ['the highest flag', 'unsupported-feature', small(0x8000_0003, 8)],
  ['compression without markers', 'unsupported-feature', small(0x1_0003, 8)],
  ['markers without compression', 'unsupported-feature', small(0x2_0003, 8)],
  ['flags of a stream, but no compression', 'corrupt-header', small(0x3_0003, 8)],
  ['compression without its flag', 'corrupt-header', ({ view }) => view.setUint16(77, 1, true)],
  ['unknown compression', 'unsupported-feature', ({ view }) => view.setUint16(77, 2, true)],
  ['line ends changed', 'corrupt-header', ({ bytes }) => bytes.fill(0x0a, 75, 76)],
  ['capacity above the limit', 'limit', big(BigInt(64 * 1024 * KiB) / 512n + 1n, 12)],
  ['capacity 2^55', 'limit', big(1n << 55n, 12)],
  ['capacity 2^64-1', 'limit', big(max64, 12)],
  ['capacity 0', 'corrupt-header', big(0n, 12)],
  ['capacity below the descriptor', 'corrupt-header', big(8191n, 12)],
  ['capacity above the descriptor', 'corrupt-header', big(8193n, 12)],
  ['grains of no sectors', 'corrupt-header', big(0n, 20)],
  ['grains of 8 sectors', 'corrupt-header', big(8n, 20)],
  ['grains of 24 sectors', 'corrupt-header', big(24n, 20)],
  ['grains of 4 MiB', 'limit', big(8192n, 20)],
  ['grains of 2^63 sectors', 'limit', big(1n << 63n, 20)],
  ['grains of 2^64-1 sectors', 'corrupt-header', big(max64, 20)],
  ['tables of no entries', 'corrupt-header', small(0, 44)],
  ['tables of 513 entries', 'corrupt-header', small(513, 44)],
  ['tables of 2^32-1 entries', 'corrupt-header', small(0xffff_ffff, 44)],
  ['no descriptor', 'unsupported-variant', big(0n, 28)],
  ['descriptor elsewhere', 'corrupt-header', big(2n, 28)],
  ['descriptor at 2^64-1', 'corrupt-header', big(max64, 28)],
  ['descriptor without length', 'corrupt-header', big(0n, 36)],
  ['descriptor of 1 MiB and a sector', 'limit', big(2049n, 36)],
  ['descriptor of 2^64-1 sectors', 'limit', big(max64, 36)],
  ['descriptor longer than the file', 'truncated', big(2048n, 36)],
  ['no directory', 'corrupt-header', big(0n, 56)],
  ['directory left to a footer', 'corrupt-header', big(max64, 56)],
  ['directory past the end', 'truncated', big(1n << 30n, 56)],
  ['directory past 2^63', 'truncated', big(1n << 63n, 56)],
  ['directory in the descriptor', 'corrupt-header', big(20n, 56)],
  [
    'directory is the redundant one',
    'corrupt-table',
    ({ view }) => view.setBigUint64(56, view.getBigUint64(48, true), true),
  ],
  ['no redundant directory', 'corrupt-header', big(0n, 48)],
  ['redundant directory past the end', 'truncated', big(1n << 30n, 48)],
  ['redundant directory past 2^63', 'truncated', big(max64, 48)],
];

test.each(headers)('header: %s', async (_, reason, damage) => {
  const image = subject();
  damage(image);
  await expectRefusal(image.bytes, reason);
});

test.each([
  [8192n, '--limit windowBytes=256MiB'],
  // No grain may have more than 1 GiB.
  [1n << 22n, 'no limit can be raised so far'],
])('grains of %s sectors: the hint says %s', async (sectors, hint) => {
  const image = subject();
  big(sectors, 20)(image);
  expect((await expectRefusal(image.bytes, 'limit')).hint).toContain(hint);
});

const kind = (name: string): Damage =>
  changeDescriptor((text) => text.replace('monolithicSparse', name));
const extentLine = (line: string): Damage => {
  return changeDescriptor((text) => text.replace('RW 8192 SPARSE "disk.vmdk"', line));
};
const sparse = 'RW 8192 SPARSE "disk.vmdk"';

const descriptors: [string, DefectReason, Damage][] = [
  ['nothing at all', 'corrupt-header', changeDescriptor(() => '')],
  [
    'bytes behind the text',
    'corrupt-header',
    ({ bytes }) => bytes.fill(1, 512 + 19 * 512, 513 + 19 * 512),
  ],
  ['a line of another kind', 'corrupt-header', changeDescriptor((text) => `${text}what is this\n`)],
  ['no kind', 'corrupt-header', changeDescriptor((text) => text.replace(/createType.*/, ''))],
  [
    'two kinds',
    'corrupt-header',
    changeDescriptor((text) => `${text}CREATETYPE="streamOptimized"\n`),
  ],
  ['another kind than the header', 'corrupt-header', kind('streamOptimized')],
  ['monolithicFlat', 'external-reference', kind('monolithicFlat')],
  ['MONOLITHICFLAT', 'external-reference', kind('MONOLITHICFLAT')],
  ['twoGbMaxExtentSparse', 'external-reference', kind('twoGbMaxExtentSparse')],
  ['twoGbMaxExtentFlat', 'external-reference', kind('twoGbMaxExtentFlat')],
  ['fullDevice', 'external-reference', kind('fullDevice')],
  ['partitionedDevice', 'external-reference', kind('partitionedDevice')],
  ['vmfs', 'external-reference', kind('vmfs')],
  ['vmfsSparse', 'external-reference', kind('vmfsSparse')],
  ['seSparse', 'external-reference', kind('seSparse')],
  ['vmfsRDM', 'unsupported-variant', kind('vmfsRDM')],
  ['vmfsRawDeviceMap', 'unsupported-variant', kind('vmfsRawDeviceMap')],
  ['vmfsRaw', 'unsupported-variant', kind('vmfsRaw')],
  ['custom', 'unsupported-variant', kind('custom')],
  ['an unknown kind', 'unsupported-variant', kind('__proto__')],
  [
    'a parent',
    'external-reference',
    changeDescriptor((text) => text.replace('parentCID=ffffffff', 'parentCID=12345678')),
  ],
  [
    'a hint to a parent',
    'external-reference',
    changeDescriptor((text) => `${text}parentFileNameHint="base.vmdk"\n`),
  ],
  [
    'no word of a parent',
    'corrupt-header',
    changeDescriptor((text) => text.replace(/parentCID.*/, '')),
  ],
  [
    'two words of a parent',
    'corrupt-header',
    changeDescriptor((text) => `${text}parentcid=ffffffff\n`),
  ],
  [
    'encryption',
    'encrypted',
    changeDescriptor((text) => `${text}encryption.keySafe = "vmware:key/list/"\n`),
  ],
  [
    'an encrypting filter',
    'encrypted',
    changeDescriptor((text) => `${text}ddb.iofilters = "vmwarevmcrypt"\n`),
  ],
  ['no extent', 'corrupt-header', extentLine('')],
  ['two extents', 'external-reference', extentLine(`${sparse}\n${sparse}`)],
  ['a flat extent', 'external-reference', extentLine('RW 8192 FLAT "disk-flat.vmdk" 0')],
  [
    'a flat extent in lower case',
    'external-reference',
    extentLine('rw 8192 flat "disk-flat.vmdk" 0'),
  ],
  ['an extent of zeros beside it', 'external-reference', extentLine(`${sparse}\nRW 8192 ZERO`)],
  ['an absolute name', 'external-reference', extentLine('RW 8192 SPARSE "/etc/passwd"')],
  ['a relative path', 'external-reference', extentLine('RW 8192 SPARSE "../disk.vmdk"')],
  ['a path of Windows', 'external-reference', extentLine('RW 8192 SPARSE "C:\\disk.vmdk"')],
  ['no name', 'corrupt-header', extentLine('RW 8192 SPARSE')],
  ['an offset', 'corrupt-header', extentLine(`${sparse} 128`)],
  ['an extent without access', 'corrupt-header', extentLine('NOACCESS 8192 SPARSE "disk.vmdk"')],
  ['another size', 'corrupt-header', extentLine('RW 8193 SPARSE "disk.vmdk"')],
  ['a size past 2^64', 'corrupt-header', extentLine('RW 99999999999999999999 SPARSE "disk.vmdk"')],
  ['a negative size', 'corrupt-header', extentLine('RW -8192 SPARSE "disk.vmdk"')],
];

test.each(descriptors)('descriptor: %s', async (_, reason, damage) => {
  const image = subject();
  damage(image);
  await expectRefusal(image.bytes, reason);
});

const accepted: [string, Damage][] = [
  [
    'any case, any line ends and unknown keys',
    changeDescriptor((text) => {
      const lines = text.replace('parentCID=ffffffff', 'PARENTCID = FFFFFFFF').split('\n');
      lines.splice(1, 0, 'encoding="windows-1252"', 'isNativeSnapshot="no"', 'ddb.comment = "a=b"');
      return lines.join('\r\n').replace('monolithicSparse', 'MonolithicSPARSE');
    }),
  ],
  ['no name', extentLine('RW 8192 SPARSE ""')],
  ['a read-only extent', extentLine('RDONLY 8192 SPARSE "disk.vmdk"')],
  ['another comment for a title', changeDescriptor((text) => text.replace('# Disk', '# A'))],
];

test.each(accepted)('a descriptor may have %s', async (_, change) => {
  const image = subject();
  change(image);
  expect((await decodeDisk(vmdk, image.bytes)).sizeBytes).toBe(4 * 1024 * KiB);
});

test('a name from the descriptor is never in a message', async () => {
  const image = subject();
  extentLine('RW 8192 SPARSE "/etc/shadow"')(image);
  const failure = await expectRefusal(image.bytes, 'external-reference');
  expect(JSON.stringify([failure, failure.message, failure.hint])).not.toContain('shadow');
});

const tables: [string, DefectReason, Damage][] = [
  ['table past the end', 'truncated', setDirectory(({ bytes }) => bytes.length / 512)],
  ['table at 2^32-1', 'truncated', setDirectory(() => 0xffff_ffff)],
  ['table in the descriptor', 'corrupt-table', setDirectory(() => 5)],
  ['table is a directory', 'corrupt-table', setDirectory((image) => image.directoryOffset / 512)],
  [
    'table used twice',
    'corrupt-table',
    setDirectory((image) => (image.tableOffsets[1] ?? 0) / 512),
  ],
  [
    'table is a redundant one',
    'corrupt-table',
    setDirectory((image) => (image.copyOffsets[0] ?? 0) / 512),
  ],
  ['table in one directory only', 'corrupt-table', setDirectory(() => 0)],
  ['grain past the end', 'truncated', setEntry(({ bytes }) => bytes.length / 512)],
  ['grain half past the end', 'truncated', setEntry(({ bytes }) => bytes.length / 512 - 8)],
  ['grain at 2^32-1', 'truncated', setEntry(() => 0xffff_ffff)],
  ['grain in the header, without the flag for zeros', 'corrupt-table', setEntry(() => 1)],
  ['grain is a table', 'corrupt-table', setEntry((image) => (image.tableOffsets[0] ?? 0) / 512)],
  [
    'grain runs into a directory',
    'corrupt-table',
    setEntry((image) => image.directoryOffset / 512 - 15),
  ],
  [
    'grain used twice',
    'corrupt-table',
    setEntry((image) => (image.grainOffsets.get(1) ?? 0) / 512),
  ],
  [
    'grain half in another',
    'corrupt-table',
    setEntry((image) => (image.grainOffsets.get(2) ?? 0) / 512 + 8),
  ],
  [
    'redundant table disagrees',
    'corrupt-table',
    (image) => image.view.setUint32(image.copyOffsets[0] ?? 0, 0, true),
  ],
];

function setDirectory(value: (image: Parameters<Damage>[0]) => number): Damage {
  return (image) => image.view.setUint32(image.directoryOffset, value(image), true);
}

function setEntry(value: (image: Parameters<Damage>[0]) => number): Damage {
  return (image) => {
    for (const list of [image.tableOffsets, image.copyOffsets]) {
      image.view.setUint32(list[0] ?? 0, value(image), true);
    }
  };
}

test.each(tables)('tables: %s', async (_, reason, damage) => {
  const image = subject();
  damage(image);
  await expectRefusal(image.bytes, reason);
});

test('a grain too large by default can be allowed', async () => {
  const grainSectors = 8192;
  const image = subject({ grainSectors, tableEntries: 512 });
  const failure = await expectRefusal(image.bytes, 'limit');
  expect(failure.hint).toContain('limits.windowBytes');
  const limits = { ...smallLimits, windowBytes: 256 * 1024 * KiB };
  image.view.setUint32(image.tableOffsets[0] ?? 0, 1, true);
  await expectRefusal(image.bytes, 'corrupt-table', limits);
});

test('the memory for tables limits their number and the recorded grains', async () => {
  await expectRefusal(subject().bytes, 'limit', { tableBytes: 16 * 7 });
  await expectRefusal(subject({ tables: 'spread' }).bytes, 'limit', { tableBytes: 2 * KiB });
});

test('cut anywhere before the last byte that is needed', async () => {
  for (const tables of ['first', 'spread', 'last'] as const) {
    const { bytes } = subject({ tables });
    for (let length = 1; length < bytes.length; length += 977) {
      await expectRefusal(bytes.slice(0, length), 'truncated');
    }
    await expectRefusal(bytes.slice(0, -1), 'truncated');
  }
});
