import { createHash } from 'node:crypto';
import { type Extents, unitBytes } from '../../bytes/extents.ts';
import {
  type BlockDigests,
  type ContentDigestText,
  contentBlockBytes,
  digestBlocks,
} from './content-digest.ts';

/** The data behind a content digest: the extents of a disk, and the digest of each of its blocks. */
export interface DigestTable {
  sizeBytes: number;
  extents: Extents;
  blocks: BlockDigests;
}

const magic = Buffer.from('RDBLOCKS');
const version = 1;
/** Magic, version and block length (4 bytes each); disk size, number of extents, number of blocks (8 bytes each). */
export const tableHeaderBytes: number = 40;
const extentBytes = 16;
const digestBytes = 32;
const entryBytes = 8 + digestBytes;

/**
 * A table as bytes, all numbers little-endian: the header; offset and length of each extent; offset and sha256 of each
 * block that is not all zeros; the sha256 of all that. Inverse of `parseDigestTable`.
 */
export function formatDigestTable({ sizeBytes, extents, blocks }: DigestTable): Buffer {
  const sums = tableHeaderBytes + extents.length * extentBytes + blocks.size * entryBytes;
  const bytes = Buffer.alloc(sums + digestBytes);
  magic.copy(bytes);
  bytes.writeUInt32LE(version, 8);
  bytes.writeUInt32LE(contentBlockBytes, 12);
  [sizeBytes, extents.length, blocks.size].forEach((count, i) => {
    bytes.writeBigUInt64LE(BigInt(count), 16 + i * 8);
  });
  let at = tableHeaderBytes;
  for (const [offset, length] of extents) {
    bytes.writeBigUInt64LE(BigInt(offset), at);
    bytes.writeBigUInt64LE(BigInt(length), at + 8);
    at += extentBytes;
  }
  for (const [offset, sha256] of blocks) {
    bytes.writeBigUInt64LE(BigInt(offset), at);
    bytes.set(sha256, at + 8);
    at += entryBytes;
  }
  createHash('sha256').update(bytes.subarray(0, sums)).digest().copy(bytes, sums);
  return bytes;
}

/**
 * The length in bytes of a table, from its header. Throws an `Error` for a header that cannot belong to a disk of
 * this size, so that the caller reads no more than such a disk can have.
 */
export function readTableLength(header: Buffer, sizeBytes: number): number {
  return countsOf(header, sizeBytes).length;
}

/**
 * Reads a table that `formatDigestTable` wrote for the disk of this size and content digest. Throws an `Error` with
 * the reason for anything else.
 */
export function parseDigestTable(
  bytes: Buffer,
  { sizeBytes, contentDigest }: { sizeBytes: number; contentDigest: ContentDigestText },
): DigestTable {
  const counts = countsOf(bytes, sizeBytes);
  if (bytes.length !== counts.length) {
    throw new Error(`it has ${bytes.length} bytes, not ${counts.length}`);
  }
  const sums = bytes.length - digestBytes;
  const sum = createHash('sha256').update(bytes.subarray(0, sums)).digest();
  if (!sum.equals(bytes.subarray(sums))) throw new Error('its bytes were changed');
  const extents = readExtents(bytes, counts.extents, sizeBytes);
  const first = tableHeaderBytes + counts.extents * extentBytes;
  const blocks = readBlocks(bytes.subarray(first, sums), extents);
  if (digestBlocks(blocks, sizeBytes) !== contentDigest) throw new Error('it is of another disk');
  return { sizeBytes, extents, blocks };
}

interface Counts {
  extents: number;
  blocks: number;
  /** Length in bytes of the whole table. */
  length: number;
}

function countsOf(header: Buffer, sizeBytes: number): Counts {
  if (header.length < tableHeaderBytes) throw new Error('it is cut');
  if (!header.subarray(0, magic.length).equals(magic))
    throw new Error('it is not a table of blocks');
  const found = header.readUInt32LE(8);
  if (found !== version) throw new Error(`it has version ${found}, not ${version}`);
  if (header.readUInt32LE(12) !== contentBlockBytes) throw new Error('its blocks are not of 1 MiB');
  if (readNumber(header, 16) !== sizeBytes) throw new Error('it is of a disk of another size');
  const extents = readNumber(header, 24);
  const blocks = readNumber(header, 32);
  if (extents > Math.ceil(sizeBytes / unitBytes)) throw new Error('it has too many extents');
  if (blocks > Math.ceil(sizeBytes / contentBlockBytes)) throw new Error('it has too many blocks');
  const length = tableHeaderBytes + extents * extentBytes + blocks * entryBytes + digestBytes;
  return { extents, blocks, length };
}

function readExtents(bytes: Buffer, count: number, sizeBytes: number): Extents {
  const extents: [offset: number, length: number][] = [];
  let end = 0;
  for (let i = 0; i < count; i += 1) {
    const at = tableHeaderBytes + i * extentBytes;
    const [offset, length] = [readNumber(bytes, at), readNumber(bytes, at + 8)];
    if (offset < end || length === 0 || offset + length > sizeBytes) {
      throw new Error(`extent ${i} does not follow the one before it, inside the disk`);
    }
    extents.push([offset, length]);
    end = offset + length;
  }
  return extents;
}

/** Data must lie inside the extents: a copy that follows them would lose a block outside. */
function readBlocks(bytes: Buffer, extents: Extents): BlockDigests {
  const blocks = new Map<number, Uint8Array>();
  let previous = -1;
  let extent = 0;
  for (let at = 0; at < bytes.length; at += entryBytes) {
    const offset = readNumber(bytes, at);
    if (offset <= previous || offset % contentBlockBytes !== 0) {
      throw new Error(`the block at ${offset} does not follow the one before it`);
    }
    while (endOf(extents[extent]) <= offset) extent += 1;
    if ((extents[extent]?.[0] ?? Number.POSITIVE_INFINITY) >= offset + contentBlockBytes) {
      throw new Error(`the block at ${offset} lies outside the extents`);
    }
    blocks.set(offset, bytes.subarray(at + 8, at + entryBytes));
    previous = offset;
  }
  return blocks;
}

function endOf(extent: Extents[number] | undefined): number {
  return extent === undefined ? Number.POSITIVE_INFINITY : extent[0] + extent[1];
}

function readNumber(bytes: Buffer, at: number): number {
  const value = bytes.readBigUInt64LE(at);
  if (value > Number.MAX_SAFE_INTEGER) throw new Error('it holds a number that is too large');
  return Number(value);
}
