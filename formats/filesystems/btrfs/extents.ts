import { badBtrfs } from './bad.ts';
import { readStored } from './data.ts';
import type { Subvolume } from './subvolume.ts';
import { type Item, itemsFrom, type Trees } from './tree.ts';
import { unpackExtent } from './unpack-extent.ts';

const extentData = 108;
const mostExtents = 1_000_000;
const longestCompressed = 128 * 1024;
const inlineAt = 21;

/** A piece of a file. Ranges without a piece read as zeros. */
export interface Extent {
  position: number;
  length: number;
  /** Unpacked bytes of an inline extent, or of the extent that was unpacked last. */
  inline?: Buffer;
  /** Address and length of the stored bytes; absent for zeros. */
  stored?: { logical: bigint; bytes: number };
  compression: number;
  /** The position of the piece in the unpacked extent, and the length of that extent. */
  offset: number;
  unpackedBytes: number;
}

/** Reads the extents of a file up to its end. */
export async function readExtentItems(
  trees: Trees,
  { tree }: Subvolume,
  inode: bigint,
  sizeBytes: number,
): Promise<Extent[]> {
  const { volume, layout } = trees;
  // A leaf of 4 KiB holds at least 30 extents of one sector each, and the volume's size limits the number of leaves.
  const leaves = Math.min(sizeBytes / layout.sectorBytes / 16, volume.sizeBytes / layout.nodeBytes);
  const walk = volume.walk(64 + Math.ceil(leaves));
  const extents: Extent[] = [];
  let next = 0;
  const from = { object: inode, type: extentData, offset: 0n };
  for await (const item of itemsFrom(trees, tree, from, walk)) {
    if (item.key.object !== inode || item.key.type !== extentData) break;
    if (item.key.offset >= BigInt(sizeBytes)) break;
    const extent = parseExtent(trees, item);
    if (extent.position < next) throw badExtent('overlap');
    next = extent.position + extent.length;
    extents.push(extent);
    if (extents.length > mostExtents) {
      throw badBtrfs('limit', `A btrfs file has more than ${mostExtents} extents`, {
        limit: mostExtents,
      });
    }
  }
  return extents;
}

function parseExtent({ layout }: Trees, { key, data }: Item): Extent {
  if (data.length < inlineAt) throw badExtent('are cut');
  const position = Number(key.offset);
  const unpackedBytes = Number(data.readBigUInt64LE(8));
  const compression = data[16] ?? 0;
  const type = data[20] ?? 0;
  if (data[17] !== 0 || data.readUInt16LE(18) !== 0) {
    throw badBtrfs('encrypted', 'A btrfs file is encrypted or has another encoding');
  }
  if (compression > 3)
    throw badBtrfs('unsupported-feature', `A btrfs file is compressed by method ${compression}`);
  if (compression !== 0 && unpackedBytes > longestCompressed) {
    throw badBtrfs('limit', `A btrfs extent claims ${unpackedBytes} bytes when unpacked`, {
      limit: longestCompressed,
    });
  }
  if (type === 0) {
    if (position !== 0 || unpackedBytes > layout.nodeBytes)
      throw badExtent('are inline and too long');
    const stored = data.subarray(inlineAt);
    const inline =
      compression === 0
        ? stored
        : unpackExtent(compression, stored, unpackedBytes, layout.sectorBytes);
    return { position, length: inline.length, inline, compression: 0, offset: 0, unpackedBytes };
  }
  if (type > 2 || data.length < 53) throw badExtent('are of an unknown kind');
  const logical = data.readBigUInt64LE(21);
  const storedBytes = Number(data.readBigUInt64LE(29));
  const offset = Number(data.readBigUInt64LE(37));
  const length = Number(data.readBigUInt64LE(45));
  const sectors = [position, offset, length, storedBytes].every(
    (one) => one % layout.sectorBytes === 0,
  );
  if (!sectors || length === 0 || !Number.isSafeInteger(position + length))
    throw badExtent('have a broken length');
  const isZeros = type === 2 || logical === 0n;
  if (isZeros) return { position, length, compression: 0, offset: 0, unpackedBytes: length };
  const whole = compression === 0 ? storedBytes : unpackedBytes;
  if (offset + length > whole || (compression !== 0 && storedBytes > longestCompressed)) {
    throw badExtent('are longer than what they point to');
  }
  return {
    position,
    length,
    stored: { logical, bytes: storedBytes },
    compression,
    offset,
    unpackedBytes,
  };
}

/** Reads `length` bytes at `from` of one extent, both counted inside it. */
export async function readExtent(
  trees: Trees,
  extent: Extent,
  from: number,
  length: number,
): Promise<Buffer> {
  const { stored, inline, compression, offset, unpackedBytes } = extent;
  if (inline !== undefined) return inline.subarray(offset + from, offset + from + length);
  if (stored === undefined) return Buffer.alloc(length);
  if (compression === 0) {
    return await readStored(trees, stored.logical + BigInt(offset + from), length);
  }
  const packed = await readStored(trees, stored.logical, stored.bytes);
  const whole = unpackExtent(compression, packed, unpackedBytes, trees.layout.sectorBytes);
  if (whole.length < offset + from + length) {
    throw badBtrfs('corrupt-data', 'Compressed data of the btrfs file system is too short');
  }
  return whole.subarray(offset + from, offset + from + length);
}

function badExtent(what: string): Error {
  return badBtrfs('corrupt-table', `Extents of a btrfs file ${what}`);
}
