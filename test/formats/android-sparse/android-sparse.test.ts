import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { RunningCrc } from '../../../formats/android-sparse/running-crc.ts';
import { androidSparse } from '../../../formats/android-sparse.ts';
import { DecodeError, type DefectReason, type Limits } from '../../../src/kit.ts';
import { decodeContext } from '../decode-context.ts';
import { arrive, decodeDisk, decodeInto } from '../decode-disk.ts';
import { PageSink } from '../page-sink.ts';
import { content } from '../qcow2/disk.ts';
import { SteppedSource } from '../stepped-source.ts';
import { type SparseImageHabits, writeSparseImage } from './write-sparse-image.ts';

const KiB = 1024;
/** Data, blocks of 0xFF, blocks of a pattern, zeros, and data at the end. */
const disk = new Uint8Array(3 * KiB * KiB);
disk.set(content('noise', 1, 90_000), 0);
disk.fill(0xff, 512 * KiB, 1024 * KiB);
for (let at = 1024 * KiB; at < 1100 * KiB; at += 4) disk.set([1, 2, 3, 4], at);
disk.set(content('text', 2, 40_000), disk.length - 40_000);

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const habits: [string, SparseImageHabits][] = [
  ['blocks of 4096 bytes', {}],
  ['blocks of 4 bytes', { blockBytes: 4, mostBlocks: 1000 }],
  ['blocks of 12 bytes', { blockBytes: 12, mostBlocks: 1000 }],
  ['blocks of 1 MiB', { blockBytes: KiB * KiB }],
  ['one block', { blockBytes: disk.length }],
  ['chunks of one block', { mostBlocks: 1 }],
  ['filled zeros', { zeros: 'fill' }],
  ['longer headers', { headerBytes: 64, chunkHeaderBytes: 20 }],
  ['checksum chunks', { crcChunks: true }],
  ['a checksum in the header', { checksum: true }],
  ['every checksum and longer headers', { crcChunks: true, checksum: true, headerBytes: 32 }],
];

test.each(habits)('an image with %s', async (_, habit) => {
  const bytes = writeSparseImage(disk, habit);
  expect((await decodeDisk(androidSparse, bytes)).sha256()).toBe(sha256(disk));
  const used = await decodeInto(androidSparse, bytes, new PageSink(0xee));
  expect(used.sha256()).toBe(sha256(disk));
});

test('an image that arrives in steps, and one with zeros after its last chunk', async () => {
  const bytes = writeSparseImage(disk, { crcChunks: true });
  const padded = new Uint8Array(bytes.length + 5000);
  padded.set(bytes);
  const source = new SteppedSource(padded, { readyBytes: 0, sizeKnown: false });
  const [sink] = await Promise.all([
    decodeDisk(androidSparse, source),
    arrive(source, padded.length, 40),
  ]);
  expect(sink.sha256()).toBe(sha256(disk));
});

test('facts, and a later minor version', async () => {
  const bytes = writeSparseImage(disk, { checksum: true });
  bytes[6] = 9;
  const { virtualSize, facts } = await androidSparse.open(
    new SteppedSource(bytes, 'whole'),
    decodeContext(),
  );
  expect(virtualSize).toBe(disk.length);
  expect(facts).toEqual({ variant: 'v1.9', clusterBytes: 4096, features: ['checksum'] });
});

type Damage = (view: DataView, bytes: Uint8Array) => void;
const set16 =
  (at: number, value: number): Damage =>
  (view) =>
    view.setUint16(at, value, true);
const set32 =
  (at: number, value: number): Damage =>
  (view) =>
    view.setUint32(at, value, true);

const defects: [string, DefectReason, Damage, Partial<Limits>?][] = [
  ['version 2', 'unsupported-variant', set16(4, 2)],
  ['version 0', 'unsupported-variant', set16(4, 0)],
  ['a header of 27 bytes', 'corrupt-header', set16(8, 27)],
  ['chunk headers of 11 bytes', 'corrupt-header', set16(10, 11)],
  ['blocks of no bytes', 'corrupt-header', set32(12, 0)],
  ['blocks of 6 bytes', 'corrupt-header', set32(12, 6)],
  [
    '2^64 bytes of disk',
    'limit',
    (view) => {
      view.setUint32(12, 0xffff_fffc, true);
      view.setUint32(16, 0xffff_ffff, true);
    },
  ],
  ['a disk above the limit', 'limit', () => {}, { virtualBytes: disk.length - 1 }],
  ['2^32 - 1 chunks', 'limit', set32(20, 0xffff_ffff)],
  [
    'a block more than its chunks',
    'corrupt-table',
    (view) => view.setUint32(16, view.getUint32(16, true) + 1, true),
  ],
  [
    'a block less than its chunks',
    'corrupt-table',
    (view) => view.setUint32(16, view.getUint32(16, true) - 1, true),
  ],
  [
    'a chunk more than there are',
    'truncated',
    (view) => view.setUint32(20, view.getUint32(20, true) + 1, true),
  ],
  [
    'a chunk less than there are',
    'corrupt-table',
    (view) => view.setUint32(20, view.getUint32(20, true) - 2, true),
  ],
  [
    'another checksum in the header',
    'checksum',
    (view) => view.setUint32(24, view.getUint32(24, true) ^ 4, true),
  ],
  ['another byte of data', 'checksum', (_, bytes) => bytes.fill(7, 100, 101)],
  ['a chunk of an unknown type', 'corrupt-header', set16(28, 0xcac5)],
  ['a chunk of 2^32 - 1 blocks', 'corrupt-table', set32(32, 0xffff_ffff)],
  ['a chunk of another length', 'corrupt-table', set32(36, 13)],
  ['a chunk that is shorter than its header', 'corrupt-table', set32(36, 3)],
  ['a raw chunk that says it is a hole', 'corrupt-table', set16(28, 0xcac3)],
  ['other bytes behind the last chunk', 'trailing-data', () => {}],
];

test.each(defects)('%s', async (title, reason, damage, limits = {}) => {
  const whole = writeSparseImage(disk, { checksum: true, crcChunks: true });
  const isLonger = reason === 'trailing-data';
  const bytes = isLonger ? Uint8Array.from(Buffer.concat([whole, Buffer.from('\0\0end')])) : whole;
  damage(new DataView(bytes.buffer), bytes);
  const refusal = decodeInto(androidSparse, bytes, new PageSink(), decodeContext({ limits }));
  await expect(refusal, title).rejects.toBeInstanceOf(DecodeError);
  await expect(refusal).rejects.toMatchObject({ details: { reason, format: 'simg' } });
});

test('cut anywhere', async () => {
  const bytes = writeSparseImage(disk, { crcChunks: true });
  for (let length = 4; length < bytes.length; length += 1499) {
    const refusal = decodeDisk(androidSparse, bytes.slice(0, length));
    await expect(refusal).rejects.toMatchObject({ details: { reason: 'truncated' } });
  }
});

test('a checksum over terabytes of holes and filled blocks is computed quickly', async () => {
  const crc = new RunningCrc();
  const pattern = Uint8Array.of(9, 8, 7, 6);
  const want = Buffer.alloc(40_000, pattern);
  crc.add(want.subarray(0, 1000));
  crc.addRun(pattern, 39_000);
  expect(crc.value).toBe(crc32(want));
  const zeros = new RunningCrc();
  zeros.add(want);
  zeros.addRun(new Uint8Array(4), 123_456);
  expect(zeros.value).toBe(crc32(Buffer.concat([want, Buffer.alloc(123_456)])));
  zeros.addRun(new Uint8Array(4), 2 ** 41);
  zeros.addRun(pattern, 2 ** 45);
  expect(zeros.value).toBeLessThan(2 ** 32);
});

test('filled blocks count as data: the sink refuses a bomb before hours of writing', async () => {
  const small = writeSparseImage(new Uint8Array(4096).fill(0x5a));
  const view = new DataView(small.buffer);
  const blocks = 2 ** 28;
  view.setUint32(16, blocks, true);
  view.setUint32(32, blocks, true);
  class FullSink extends PageSink {
    override async write(position: number, bytes: Uint8Array): Promise<void> {
      if (position > 8 * KiB * KiB) throw new RangeError('more data than is allowed');
      await super.write(position, bytes);
    }
  }
  const sink = new FullSink();
  const { signal } = new AbortController();
  const context = decodeContext({ signal });
  await expect(decodeInto(androidSparse, small, sink, context)).rejects.toBeInstanceOf(RangeError);
  expect(sink.writtenBytes).toBeLessThan(16 * KiB * KiB);
});
