import { refuse, viewOf } from '../../src/kit.ts';
import type { ZipEntry, ZipLocalHeader, ZipReader } from './yauzl.ts';

const encrypted = 0x0001;
const descriptorFollows = 0x0008;
const large = 0xffff_ffff;

/**
 * Compares the header before a member's data with the central directory: a reader that starts at the front must find
 * the same member. If a data descriptor follows, the header may leave CRC and sizes out.
 */
export function checkLocalHeader(entry: ZipEntry, local: ZipLocalHeader, reader: ZipReader): void {
  if (Buffer.compare(entry.fileNameRaw, local.fileName) !== 0) {
    throw refuse('ambiguous-content', 'A zip member has another name in front of its data', {
      format: 'zip',
      offset: entry.relativeOffsetOfLocalHeader,
    });
  }
  const mask = encrypted | descriptorFollows;
  const sameFlags = ((entry.generalPurposeBitFlag ^ local.generalPurposeBitFlag) & mask) === 0;
  if (!sameFlags || entry.compressionMethod !== local.compressionMethod) {
    throw differs(entry, 'is packed in another way');
  }
  const sizes = localSizes(local, reader);
  const optional = hasDescriptor(entry);
  const same = (mine: number, its: number): boolean => mine === its || (optional && mine === 0);
  if (!same(sizes.uncompressed, entry.uncompressedSize)) throw differs(entry, 'has another size');
  if (!same(sizes.compressed, entry.compressedSize))
    throw differs(entry, 'has another packed size');
  if (!same(local.crc32, entry.crc32)) throw differs(entry, 'has another CRC32');
}

export function hasDescriptor({ generalPurposeBitFlag }: ZipEntry): boolean {
  return (generalPurposeBitFlag & descriptorFollows) !== 0;
}

/** Maximum length of the descriptor after the data. */
export const maxDescriptorBytes = 24;

/**
 * Length of the descriptor after the data (APPNOTE 4.3.9): with or without a signature, sizes of four or of eight
 * bytes. `undefined` if it does not agree with the central directory.
 */
export function descriptorBytes(
  entry: ZipEntry,
  packedBytes: number,
  behind: Uint8Array,
): number | undefined {
  const signature = new Uint8Array([0x50, 0x4b, 0x07, 0x08]);
  for (const start of [signature, signature.subarray(0, 0)]) {
    for (const width of [4, 8]) {
      const wanted = Buffer.alloc(start.length + 4 + 2 * width);
      wanted.set(start);
      wanted.writeUInt32LE(entry.crc32, start.length);
      writeSize(wanted, start.length + 4, width, packedBytes);
      writeSize(wanted, start.length + 4 + width, width, entry.uncompressedSize);
      if (wanted.equals(behind.subarray(0, wanted.length))) return wanted.length;
    }
  }
  return undefined;
}

function writeSize(bytes: Buffer, at: number, width: number, value: number): void {
  if (width === 4) bytes.writeUInt32LE(value % 2 ** 32, at);
  else bytes.writeBigUInt64LE(BigInt(value), at);
}

/** Sizes that do not fit are in the zip64 extra field, in this order and only those (APPNOTE 4.5.3). */
function localSizes(
  local: ZipLocalHeader,
  reader: ZipReader,
): { uncompressed: number; compressed: number } {
  const sizes = { uncompressed: local.uncompressedSize, compressed: local.compressedSize };
  const extra = reader.parseExtraFields(local.extraField).find(({ id }) => id === 1);
  if (extra === undefined) return sizes;
  const view = viewOf(extra.data);
  let at = 0;
  for (const key of ['uncompressed', 'compressed'] as const) {
    if (sizes[key] !== large || at + 8 > view.byteLength) continue;
    sizes[key] = Number(view.getBigUint64(at, true));
    at += 8;
  }
  return sizes;
}

export function differs(entry: ZipEntry, what: string): Error {
  return refuse('corrupt-header', `A zip member ${what} than the central directory says`, {
    format: 'zip',
    offset: entry.relativeOffsetOfLocalHeader,
  });
}
