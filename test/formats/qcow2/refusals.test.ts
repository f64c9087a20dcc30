import { deflateRawSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { DecodeError, type DefectReason } from '../../../src/kit.ts';
import { buildQcow2Image, type Qcow2Image } from '../../../src/testing/qcow2-image.ts';
import { decodeContext } from '../decode-context.ts';
import { PageSink } from '../page-sink.ts';
import { content, decodeQcow2 } from './disk.ts';

const KiB = 1024;
const clusterBytes = 4 * KiB;
const virtualSize = 8 * 1024 * KiB;
const limits = { virtualBytes: 64 * 1024 * KiB };
const extents = [
  { position: 0, bytes: content('text', 1, 3 * clusterBytes) },
  { position: 5 * 1024 * KiB, bytes: content('text', 2, 2 * clusterBytes) },
];

interface Subject extends Qcow2Image {
  view: DataView;
}

type Damage = (image: Subject) => void;

function subject(options: Partial<Parameters<typeof buildQcow2Image>[0]> = {}): Subject {
  const image = buildQcow2Image({ virtualSize, extents, clusterBits: 12, ...options });
  return { ...image, view: new DataView(image.bytes.buffer) };
}

async function expectRefusal(bytes: Uint8Array, reason: DefectReason): Promise<DecodeError> {
  const sink = new PageSink();
  const done = decodeQcow2(bytes, sink, decodeContext({ limits }));
  const failure = await done.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(DecodeError);
  if (!(failure instanceof DecodeError)) throw new Error('unreachable');
  expect(failure.details).toMatchObject({ reason, format: 'qcow2' });
  expect(failure.hint).not.toBe('');
  return failure;
}

const first = (list: number[]): number => list.find((offset) => offset !== 0) ?? 0;
const big = (value: bigint, at: number): Damage => {
  return ({ view }) => view.setBigUint64(at, value);
};
const small = (value: number, at: number): Damage => {
  return ({ view }) => view.setUint32(at, value);
};
const l1 = (value: (image: Subject) => number | bigint): Damage => {
  return (image) => image.view.setBigUint64(image.l1Offset, BigInt(value(image)));
};
const l2 = (value: (image: Subject) => number | bigint): Damage => {
  return (image) => image.view.setBigUint64(first(image.l2Offsets), BigInt(value(image)));
};

const headers: [string, DefectReason, Damage][] = [
  ['magic', 'format-mismatch', small(0x514649fc, 0)],
  ['version 1', 'unsupported-variant', small(1, 4)],
  ['version 4', 'unsupported-variant', small(4, 4)],
  ['version 2^32-1', 'unsupported-variant', small(0xffff_ffff, 4)],
  ['backing file', 'external-reference', big(512n, 8)],
  ['backing file past 2^63', 'external-reference', big(1n << 63n, 8)],
  ['clusters of 256 bytes', 'corrupt-header', small(8, 20)],
  ['clusters of 4 MiB', 'corrupt-header', small(22, 20)],
  ['cluster bits 2^32-1', 'corrupt-header', small(0xffff_ffff, 20)],
  ['size above the limit', 'limit', big(BigInt(limits.virtualBytes) + 512n, 24)],
  ['size 2^63', 'limit', big(1n << 63n, 24)],
  ['size 2^64-1', 'limit', big((1n << 64n) - 1n, 24)],
  ['AES', 'encrypted', small(1, 32)],
  ['LUKS', 'encrypted', small(2, 32)],
  ['unknown encryption', 'unsupported-feature', small(3, 32)],
  ['L1 table too small', 'corrupt-header', small(3, 36)],
  ['L1 table too large', 'limit', small(4 * 1024 * KiB + 1, 36)],
  ['L1 table of 2^32-1 entries', 'limit', small(0xffff_ffff, 36)],
  ['L1 table at 0', 'corrupt-header', big(0n, 40)],
  ['L1 table misaligned', 'corrupt-header', big(4608n, 40)],
  ['L1 table past the end', 'truncated', big(1n << 40n, 40)],
  ['L1 table past 2^63', 'truncated', big(1n << 63n, 40)],
  ['L1 table longer than the file', 'truncated', small(4 * 1024 * KiB, 36)],
  ['snapshots', 'limit', small(0xffff_ffff, 60)],
  ['corrupt bit', 'corrupt-flag', big(2n, 72)],
  ['external data file', 'external-reference', big(4n, 72)],
  ['compression bit without type', 'corrupt-header', big(8n, 72)],
  ['extended L2 with small clusters', 'corrupt-header', big(16n, 72)],
  ['feature bit 5', 'unsupported-feature', big(32n, 72)],
  ['feature bit 63', 'unsupported-feature', big(1n << 63n, 72)],
  ['header too short', 'corrupt-header', small(96, 100)],
  ['header of odd length', 'corrupt-header', small(107, 100)],
  ['header longer than a cluster', 'corrupt-header', small(clusterBytes + 8, 100)],
  ['header of 2^32-1 bytes', 'corrupt-header', small(0xffff_ffff, 100)],
  ['compression type without bit', 'corrupt-header', ({ bytes }) => bytes.fill(1, 104, 105)],
  [
    'unknown compression type',
    'unsupported-feature',
    ({ view }) => {
      view.setBigUint64(72, 8n);
      view.setUint8(104, 2);
    },
  ],
  ['extension past the cluster', 'corrupt-header', big(0x1234_5678_0000_f000n, 112)],
  ['extension of 2^32-1 bytes', 'corrupt-header', big(0x1234_5678_ffff_ffffn, 112)],
];

const tables: [string, DefectReason, Damage][] = [
  ['L2 table misaligned', 'corrupt-table', l1(({ l2Offsets }) => first(l2Offsets) + 512)],
  ['L2 table past the end', 'truncated', l1(({ bytes }) => bytes.length)],
  ['L2 table past 2^53', 'truncated', l1(() => 1n << 55n)],
  ['L2 table is the header', 'corrupt-table', l1(() => 512)],
  ['L2 table is the L1 table', 'corrupt-table', l1(({ l1Offset }) => l1Offset)],
  ['L2 table used twice', 'corrupt-table', l1(({ l2Offsets }) => Math.max(...l2Offsets))],
  ['data misaligned', 'corrupt-table', l2(({ dataOffsets }) => (dataOffsets.get(0) ?? 0) + 512)],
  ['data past the end', 'truncated', l2(({ bytes }) => bytes.length)],
  ['data past 2^53', 'truncated', l2(() => 1n << 55n)],
  ['data is its L2 table', 'corrupt-table', l2(({ l2Offsets }) => first(l2Offsets))],
  ['data is another L2 table', 'corrupt-table', l2(({ l2Offsets }) => Math.max(...l2Offsets))],
  ['data is the L1 table', 'corrupt-table', l2(({ l1Offset }) => l1Offset)],
  ['compressed data in the header', 'corrupt-table', l2(() => (1n << 62n) | 200n)],
  [
    'compressed data in the L1 table',
    'corrupt-table',
    l2(({ l1Offset }) => (1n << 62n) | BigInt(l1Offset + 1)),
  ],
  [
    'compressed data in an L2 table',
    'corrupt-table',
    l2(({ l2Offsets }) => (1n << 62n) | BigInt(Math.max(...l2Offsets) + 100)),
  ],
  [
    'compressed data past the end',
    'truncated',
    l2(({ bytes }) => (1n << 62n) | BigInt(bytes.length)),
  ],
  ['compressed data past 2^56', 'corrupt-table', l2(() => (1n << 62n) | (1n << 57n))],
];

test.each(headers)('header: %s', async (_, reason, damage) => {
  const image = subject();
  damage(image);
  await expectRefusal(image.bytes, reason);
});

test.each(tables)('tables: %s', async (_, reason, damage) => {
  const image = subject();
  damage(image);
  await expectRefusal(image.bytes, reason);
});

test('a zero flag in version 2', async () => {
  const image = subject({ version: 2 });
  image.view.setBigUint64(first(image.l2Offsets), 1n);
  await expectRefusal(image.bytes, 'corrupt-table');
});

test.each([
  ['allocated and zero at once', 1n | (1n << 32n)],
  ['a set bit in both halves at the top', (1n << 31n) | (1n << 63n)],
])('a subcluster that is %s', async (_, bitmap) => {
  const image = subject({ clusterBits: 14, extendedL2: true });
  image.view.setBigUint64(first(image.l2Offsets) + 8, bitmap);
  await expectRefusal(image.bytes, 'corrupt-table');
});

test('a subcluster without a cluster', async () => {
  const image = subject({ clusterBits: 14, extendedL2: true });
  image.view.setBigUint64(first(image.l2Offsets), 0n);
  await expectRefusal(image.bytes, 'corrupt-table');
});

test("names an unknown feature with the image's own text, made safe to print", async () => {
  const image = subject();
  image.view.setBigUint64(72, 1n << 9n);
  image.view.setUint32(112, 0x6803f857);
  image.view.setUint32(116, 48);
  image.bytes.set([0, 9, ...Buffer.from('time\u001b[31m travel')], 120);
  const { message } = await expectRefusal(image.bytes, 'unsupported-feature');
  expect(message).toContain('feature bit 9, called "time?[31m travel"');
});

test('never contains the name of a backing file', async () => {
  const image = subject();
  image.view.setBigUint64(8, 200n);
  image.view.setUint32(16, 11);
  image.bytes.set(Buffer.from('/etc/shadow'), 200);
  expect(JSON.stringify(await expectRefusal(image.bytes, 'external-reference'))).not.toContain(
    'shadow',
  );
});

test.each([0, 1, 4, 8, 23, 60, 90, 103])('cut to %i bytes', async (length) => {
  const { bytes } = subject();
  await expectRefusal(bytes.slice(0, length), length === 0 ? 'empty' : 'truncated');
});

test('cut anywhere before the last byte that is needed', async () => {
  for (const options of [{}, { compression: 'zlib' }, { compression: 'zstd' }, { l1: 'last' }]) {
    const image = subject(options as Parameters<typeof subject>[0]);
    const needed = Math.max(image.l1Offset + 32, ...image.dataOffsets.values());
    for (let length = 113; length < needed; length += 977) {
      await expectRefusal(image.bytes.slice(0, length), 'truncated');
    }
  }
});

describe('compressed clusters', () => {
  const raw = content('text', 1, 16 * KiB);
  const zlib: [string, DefectReason, Uint8Array][] = [
    ['less than a cluster', 'corrupt-data', deflateRawSync(raw.subarray(0, 4000))],
    ['more than a cluster', 'corrupt-data', deflateRawSync(raw.subarray(0, 4097))],
    ['far more than a cluster', 'corrupt-data', deflateRawSync(new Uint8Array(32 * 1024 * KiB))],
    ['an invalid block', 'corrupt-data', Uint8Array.of(0x07, 1, 2, 3)],
    ['a stream that does not end', 'corrupt-data', deflateRawSync(raw).subarray(0, 300)],
  ];
  const skippable = Uint8Array.of(0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9);
  const frame = zstdCompressSync(raw.subarray(0, 2048));
  const longFrame = zstdCompressSync(raw.subarray(0, 2049));
  const zstd: [string, DefectReason, Uint8Array][] = [
    ['less than a cluster', 'corrupt-data', frame],
    ['more than a cluster in one frame', 'corrupt-data', zstdCompressSync(raw)],
    ['more than a cluster in two frames', 'corrupt-data', Buffer.concat([frame, longFrame])],
    ['an endless run of empty frames', 'limit', emptyFrames(4100)],
    ['a reserved bit', 'corrupt-data', patched(frame, 4, 0x08)],
    ['a dictionary', 'corrupt-data', Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x21, 7, 16, 1, 0, 0)],
    ['a window of 3 TiB', 'limit', Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0xfc, 1, 0, 0)],
    ['a wrong checksum', 'corrupt-data', wrongChecksum(raw.subarray(0, 4096))],
    ['no frame at all', 'corrupt-data', Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)],
  ];

  /** An image whose first cluster is this stream, with as many sectors as it needs. */
  function withStream(stream: Uint8Array, compression: 'zlib' | 'zstd', clusterBits = 12): Subject {
    const image = subject({ compression, clusterBits, extents: [] });
    const bytes = new Uint8Array(image.bytes.length + 2 ** clusterBits + stream.length + 512);
    bytes.set(image.bytes);
    const table = image.bytes.length;
    const host = table + 2 ** clusterBits;
    bytes.set(stream, host);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(image.l1Offset, BigInt(table));
    const width = BigInt(62 - (clusterBits - 8));
    const sectors = BigInt(
      Math.min(2 ** (clusterBits - 8) - 1, Math.ceil(stream.length / 512) - 1),
    );
    view.setBigUint64(table, (1n << 62n) | (sectors << width) | BigInt(host));
    return { ...image, bytes, view };
  }

  test.each(zlib)('zlib: %s', async (_, reason, stream) => {
    await expectRefusal(withStream(stream, 'zlib').bytes, reason);
    // Large clusters are decoded elsewhere, in the thread pool.
    if (stream.length < 2000) {
      await expectRefusal(withStream(stream, 'zlib', 16).bytes, 'corrupt-data');
    }
  });

  test.each(zstd)('zstd: %s', async (name, reason, stream) => {
    const clusterBits = name.includes('endless') ? 16 : 12;
    await expectRefusal(withStream(stream, 'zstd', clusterBits).bytes, reason);
  });

  test('zstd: any number of frames, with skippable ones between, and padding after them', async () => {
    const parts = [skippable, frame, skippable, zstdCompressSync(raw.subarray(2048, 4096))];
    const stream = Buffer.concat([...parts, Buffer.from('padding')]);
    const sink = await decodeQcow2(withStream(stream, 'zstd').bytes);
    expect(Buffer.compare(sink.read(0, 4096), raw.subarray(0, 4096))).toBe(0);
  });

  test('a stream may not overlap a table, but its number of sectors may be too large', async () => {
    const image = subject({ compression: 'zlib', l2: 'last' });
    const last = image.dataOffsets.get(2) ?? 0;
    const table = first(image.l2Offsets);
    const entry = image.view.getBigUint64(table + 16);
    image.view.setBigUint64(table + 16, entry | (15n << 58n));
    await decodeQcow2(image.bytes);
    image.view.setBigUint64(table + 16, (1n << 62n) | (15n << 58n) | BigInt(table - 3));
    image.bytes.set(image.bytes.subarray(last, last + 3), table - 3);
    await expectRefusal(image.bytes, 'corrupt-table');
  });

  function emptyFrames(count: number): Uint8Array {
    const empty = [0x28, 0xb5, 0x2f, 0xfd, 0x20, 0, 1, 0, 0];
    return Uint8Array.from({ length: count * 9 }, (_, i) => empty[i % 9] ?? 0);
  }

  function patched(bytes: Uint8Array, at: number, bits: number): Uint8Array {
    const copy = Uint8Array.from(bytes);
    copy[at] = (copy[at] ?? 0) | bits;
    return copy;
  }

  function wrongChecksum(bytes: Uint8Array): Uint8Array {
    const checksumFlag = 201;
    const stream = zstdCompressSync(bytes, { params: { [checksumFlag]: 1 } });
    return patched(patched(stream, stream.length - 1, 0x55), stream.length - 1, 0xaa);
  }
});
