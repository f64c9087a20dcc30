import { crc32, gzipSync, zstdCompressSync } from 'node:zlib';
import { xxHash32 } from '../../../formats/lz4/xxhash32.ts';

/** A gzip file of this content. */
export function buildGzipFile(content: Uint8Array): Uint8Array {
  return new Uint8Array(gzipSync(content));
}

/** A zstd file of this content: one frame, with a checksum. */
export function buildZstdFile(content: Uint8Array): Uint8Array {
  // ZSTD_c_checksumFlag; the name is not in the constants of every Node.js that has zstd.
  return new Uint8Array(zstdCompressSync(content, { params: { 201: 1 } }));
}

/** An lz4 frame of this content, stored in blocks of 64 KiB, with a checksum (lz4 frame format 1.6). */
export function buildLz4File(content: Uint8Array): Uint8Array {
  const header = Uint8Array.of(0x64, 0x40);
  const parts: Uint8Array[] = [
    Uint8Array.of(0x04, 0x22, 0x4d, 0x18),
    header,
    Uint8Array.of((xxHash32(header) >>> 8) & 0xff),
  ];
  for (let at = 0; at < content.length; at += 65_536) {
    const block = content.subarray(at, at + 65_536);
    parts.push(littleEndian(block.length | 0x8000_0000), block);
  }
  parts.push(littleEndian(0), littleEndian(xxHash32(content)));
  return join(parts);
}

const xzMagic = Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0);
/** The check type CRC32. */
const xzFlags = Uint8Array.of(0, 1);

/** An xz file of this content: one block of stored LZMA2 chunks, with CRC32 (xz file format 1.2). */
export function buildXzFile(content: Uint8Array): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < content.length; at += 65_536) {
    const part = content.subarray(at, at + 65_536);
    const last = part.length - 1;
    chunks.push(Uint8Array.of(at === 0 ? 1 : 2, last >> 8, last & 0xff), part);
  }
  const data = join([...chunks, Uint8Array.of(0)]);
  // LZMA2 with the smallest dictionary, padded to four bytes.
  const blockHeader = Uint8Array.of(2, 0, 0x21, 1, 0, 0, 0, 0);
  const unpadded = blockHeader.length + 4 + data.length + 4;
  const index = padToFour(Uint8Array.of(0, 1, ...varint(unpadded), ...varint(content.length)));
  const indexBytes = index.length + 4;
  const footer = join([littleEndian(indexBytes / 4 - 1), xzFlags]);
  return join([
    ...[xzMagic, xzFlags, checkOf(xzFlags)],
    ...[blockHeader, checkOf(blockHeader), padToFour(data), checkOf(content)],
    ...[index, checkOf(index)],
    ...[checkOf(footer), footer, Uint8Array.of(0x59, 0x5a)],
  ]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left = Math.floor(left / 128)) bytes.push((left % 128) | 0x80);
  return [...bytes, left];
}

function padToFour(bytes: Uint8Array): Uint8Array {
  return join([bytes, new Uint8Array(-bytes.length & 3)]);
}

function checkOf(bytes: Uint8Array): Uint8Array {
  return littleEndian(crc32(bytes));
}

function littleEndian(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value >>> 0, true);
  return bytes;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}
