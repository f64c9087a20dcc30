import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { zip } from '../../../formats/zip.ts';
import { type ByteSource, isImageError } from '../../../src/kit.ts';
import { type ZipFields, zipArchive } from '../make-zip.ts';
import { entryOf, readArchive, spoolingContext, verdictOn, ways } from '../read-archive.ts';
import { diskLikeBytes, sequence, sha256 } from '../shared/decoding.ts';

const disk = diskLikeBytes(90_000);
const GiB = 2 ** 30;
const wrap = 4 * GiB;

/** These bytes with `count` zeros inserted at `at`. */
function withZeros(bytes: Uint8Array, at: number, count: number): ByteSource {
  const sizeBytes = bytes.length + count;
  const read = async (position: number, length: number): Promise<Uint8Array> => {
    const end = Math.min(sizeBytes, position + length);
    const part = Buffer.alloc(Math.max(0, end - position));
    for (let i = position; i < end; i += 1) {
      if (i < at) part[i - position] = bytes[i] ?? 0;
      else if (i >= at + count) part[i - position] = bytes[i - count] ?? 0;
    }
    return part;
  };
  return {
    sizeBytes,
    readyBytes: sizeBytes,
    grown: async () => {},
    read,
    async *stream() {
      for (let position = 0; position < sizeBytes; position += GiB) yield await read(position, GiB);
    },
  };
}

/** The member of this name, read whole. */
async function readOne(source: ByteSource, name: string, virtualBytes = 2 ** 41): Promise<string> {
  const context = spoolingContext({ limits: { virtualBytes } });
  try {
    for await (const entry of zip.entries(source, context, { name })) {
      const pieces: Uint8Array[] = [];
      for await (const piece of entry.source.stream()) pieces.push(piece.slice());
      await entry.finish();
      return sha256(Buffer.concat(pieces));
    }
    return 'nothing';
  } catch (error) {
    if (!isImageError(error)) throw error;
    return String(Reflect.get(error.details, 'reason'));
  } finally {
    await context.close();
  }
}

describe('above 4 GiB without zip64, as macOS writes it', () => {
  const first: ZipFields = { name: 'large', content: '0123456789', method: 0 };
  const second: ZipFields = { name: 'disk.raw', content: disk };
  const third: ZipFields = { name: 'third', content: 'third', descriptor: 'signed' };
  const dataAt = 30 + 5;

  test.each<[string, ZipFields[]]>([
    ['after a member with a descriptor', [{ ...first, descriptor: 'signed' }, second]],
    ['after a member with a bare descriptor', [{ ...first, descriptor: 'bare' }, second, third]],
    ['after a member without one', [first, { ...second, descriptor: 'signed' }]],
    ['before one that ends the archive', [second, third, { ...first, descriptor: 'signed' }]],
    ['stored', [{ ...first, descriptor: 'signed' }, { ...second, method: 0 }, third]],
  ])('a disk %s is found', async (_, members) => {
    const bytes = zipArchive(members);
    // The inserted bytes belong to the large member, wherever it is.
    const place = Buffer.from(bytes).indexOf('0123456789');
    for (const times of [1, 3]) {
      const source = withZeros(bytes, place, times * wrap);
      expect(await readOne(source, 'disk.raw')).toBe(sha256(disk));
    }
  });

  test.each<[string, string, number]>([
    ['bytes of another number than 4 GiB', 'unsupported-feature', wrap - 1],
    ['a few bytes', 'unsupported-feature', 4096],
  ])('%s inserted are refused', async (_, reason, count) => {
    const bytes = zipArchive([{ ...first, descriptor: 'signed' }, second]);
    expect(await readOne(withZeros(bytes, dataAt, count), 'disk.raw')).toBe(reason);
  });

  test('a member whose header does not exist is refused', async () => {
    const bytes = Buffer.from(zipArchive([{ ...first, descriptor: 'signed' }, second]));
    bytes.write('XX', bytes.indexOf('PK\x03\x04', 30, 'latin1'));
    expect(await readOne(withZeros(bytes, dataAt, wrap), 'disk.raw')).toBe('corrupt-header');
  });
});

describe('a size that may be right only modulo 2^32', () => {
  const next = sequence(5);
  // The smallest data that can expand to more than 4 GiB.
  const noise = Uint8Array.from({ length: 5_000_000 }, () => next(256));
  const member: ZipFields = { name: 'disk.raw', content: noise, descriptor: 'signed' };

  test('is accepted if it is right', async () => {
    expect(await readOne(withZeros(zipArchive([member]), 0, 0), 'disk.raw')).toBe(sha256(noise));
  });

  test.each([-1, 1, -4096])('is refused if it is wrong by %d', async (by) => {
    const bytes = Buffer.from(zipArchive([member]));
    for (const at of [
      bytes.lastIndexOf('PK\x07\x08', undefined, 'latin1') + 12,
      bytes.lastIndexOf('PK\x01\x02', undefined, 'latin1') + 24,
    ]) {
      bytes.writeUInt32LE(noise.length + by, at);
    }
    expect(await verdictOn(zip, bytes)).toBe('corrupt-data');
  });

  test('is limited by the limits', async () => {
    const whole = withZeros(zipArchive([member]), 0, 0);
    expect(await readOne(whole, 'disk.raw', noise.length)).toBe(sha256(noise));
    const bytes = Buffer.from(zipArchive([member]));
    for (const at of [
      bytes.lastIndexOf('PK\x07\x08', undefined, 'latin1') + 12,
      bytes.lastIndexOf('PK\x01\x02', undefined, 'latin1') + 24,
    ]) {
      bytes.writeUInt32LE(100, at);
    }
    expect(await readOne(withZeros(bytes, 0, 0), 'disk.raw', 4_000_000)).toBe('limit');
  });

  test('of a little more than 4 GiB is found', { timeout: 120_000 }, async () => {
    const zeros = new Uint8Array(64 * 2 ** 20);
    const end = Buffer.from('the end');
    // Every part ends on a whole byte, so that parts can be joined.
    const part = deflateRawSync(zeros, { finishFlush: 2 });
    const packed = Buffer.concat([...Array<Uint8Array>(64).fill(part), deflateRawSync(end)]);
    let crc = 0;
    for (let i = 0; i < 64; i += 1) crc = crc32(zeros, crc);
    crc = crc32(end, crc);
    const blank = { crc: 0, bytes: 0, packedBytes: 0 };
    const central = { crc, bytes: end.length };
    const behind = Buffer.alloc(16);
    behind.write('PK\x07\x08', 'latin1');
    behind.writeUInt32LE(crc, 4);
    behind.writeUInt32LE(packed.length, 8);
    behind.writeUInt32LE(end.length, 12);
    const bytes = zipArchive([
      {
        name: 'disk.raw',
        method: 8,
        flags: 8,
        packed: Buffer.concat([packed, behind]),
        local: blank,
        central: { ...central, packedBytes: packed.length },
      },
    ]);
    const context = spoolingContext();
    let sizeBytes = 0;
    let last: Uint8Array = new Uint8Array(0);
    for await (const entry of zip.entries(withZeros(bytes, 0, 0), context, {})) {
      expect(entry.sizeBytes).toBeUndefined();
      for await (const piece of entry.source.stream()) {
        sizeBytes += piece.length;
        last = piece;
      }
      await entry.finish();
    }
    await context.close();
    expect(sizeBytes).toBe(wrap + end.length);
    expect(Buffer.from(last).toString().endsWith('the end')).toBe(true);
  });
});

describe.each(ways)('a marker of a spanned archive before the first header of a %s', (way) => {
  test.each(['PK00', 'PK\x07\x08'])('%j', async (marker) => {
    const member: ZipFields = { name: 'disk.raw', content: disk };
    const gap = Buffer.from(marker, 'latin1');
    for (const bytes of [
      zipArchive([{ ...member, gap }]),
      Buffer.concat([gap, zipArchive([member])]),
    ]) {
      expect(zip.detect({ head: bytes.subarray(0, 4096) })).toBe(true);
      expect(await readArchive(zip, bytes, way)).toEqual([entryOf('disk.raw', disk)]);
    }
  });
});
