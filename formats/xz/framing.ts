import { crc32 } from 'node:zlib';
import { hasMagic, refuse, viewOf } from '../../src/kit.ts';
import type { StreamReader } from '../shared/streams/stream-reader.ts';
import { xzMagic } from './magic.ts';

/** Stream header and stream footer are this long (xz file format 1.2, sections 2.1.1 and 2.1.2). */
export const framingBytes = 12;
export const footerMagic = 'YZ';

/** Sizes of the checks that can be verified, by stream flags: none, CRC32, CRC64, SHA-256. */
const checkSizes: ReadonlyMap<number, number> = new Map([
  [0, 0],
  [1, 4],
  [4, 8],
  [10, 32],
]);

/** What a stream header says. */
export interface StreamHeader {
  /** The header as it lies. */
  bytes: Uint8Array;
  /** The flags as they lie; the footer repeats them. */
  flags: number;
  /** Bytes of the check behind every block. */
  checkBytes: number;
}

/** Reads the header of the `first` or a later stream: what is no magic then is a bad header or trailing data. */
export async function readStreamHeader(
  reader: StreamReader,
  first: boolean,
): Promise<StreamHeader> {
  const offset = reader.position;
  const bytes = await reader.take(framingBytes);
  if (!hasMagic(bytes, xzMagic.slice(0, bytes.length))) {
    throw first
      ? refuse('corrupt-header', 'This is not xz: the magic bytes are missing', at(offset))
      : refuse('trailing-data', 'Other bytes follow the last xz stream', at(offset));
  }
  if (bytes.length < framingBytes) {
    throw refuse('truncated', 'The xz file ends in a stream header', at(reader.position));
  }
  return parseStreamHeader(bytes, offset);
}

/** Reads a stream header of `framingBytes`, whose magic was seen. */
export function parseStreamHeader(bytes: Uint8Array, offset: number): StreamHeader {
  const view = viewOf(bytes);
  if (crc32(bytes.subarray(6, 8)) !== view.getUint32(8, true)) {
    throw refuse('checksum', 'An xz stream header does not match its CRC32', at(offset));
  }
  const flags = view.getUint16(6, false);
  const checkBytes = checkSizes.get(flags);
  if (checkBytes === undefined) {
    const value = `0x${flags.toString(16)}`;
    throw refuse('unsupported-feature', `The xz stream flags ${value} are not known`, {
      ...at(offset),
      value,
      hint: 'Compress the image again with the check crc32, crc64 or sha256.',
    });
  }
  return { bytes, flags, checkBytes };
}

/** The header of a stream with such flags. */
export function formatStreamHeader(flags: number): Uint8Array {
  const bytes = new Uint8Array(framingBytes);
  const view = viewOf(bytes);
  bytes.set(xzMagic);
  view.setUint16(6, flags, false);
  view.setUint32(8, crc32(bytes.subarray(6, 8)), true);
  return bytes;
}

/** What a stream footer says. */
export interface StreamFooter {
  flags: number;
  /** Length of the index before the footer. */
  indexBytes: number;
}

/** Reads a stream footer of `framingBytes`. */
export function parseStreamFooter(bytes: Uint8Array, offset: number): StreamFooter {
  const view = viewOf(bytes);
  if (!hasMagic(bytes, footerMagic, 10)) {
    throw refuse('corrupt-data', 'An xz stream footer has no magic bytes', at(offset));
  }
  if (crc32(bytes.subarray(4, 10)) !== view.getUint32(0, true)) {
    throw refuse('checksum', 'An xz stream footer does not match its CRC32', at(offset));
  }
  return { flags: view.getUint16(8, false), indexBytes: (view.getUint32(4, true) + 1) * 4 };
}

function at(offset: number): { format: string; offset: number } {
  return { format: 'xz', offset };
}
