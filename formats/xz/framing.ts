import { crc32 } from 'node:zlib';
import { type Allowing, hasMagic, refuse, viewOf } from '../../src/kit.ts';
import type { StreamReader } from '../shared/streams/stream-reader.ts';
import { passTrailing } from '../shared/trailing.ts';
import { xzMagic } from './magic.ts';

/** Length of stream header and stream footer (xz file format 1.2, sections 2.1.1 and 2.1.2). */
export const framingBytes = 12;
export const footerMagic = 'YZ';

/** Sizes of the supported checks, by stream flags: none, CRC32, CRC64, SHA-256. */
const checkSizes: ReadonlyMap<number, number> = new Map([
  [0, 0],
  [1, 4],
  [4, 8],
  [10, 32],
]);

/** The values of a stream header. */
export interface StreamHeader {
  /** The header as stored. */
  bytes: Uint8Array;
  /** The flags as stored; the footer repeats them. */
  flags: number;
  /** Size of the check after every block. */
  checkBytes: number;
}

/**
 * Reads the header of the `first` or a later stream: bytes without the magic are a bad header for the first stream,
 * trailing data after it. `undefined` if trailing data follows and the call allows it.
 */
export async function readStreamHeader(
  reader: StreamReader,
  first: boolean,
  context: Allowing,
): Promise<StreamHeader | undefined> {
  const offset = reader.position;
  const bytes = await reader.take(framingBytes);
  if (!hasMagic(bytes, xzMagic.slice(0, bytes.length))) {
    if (first)
      throw refuse('corrupt-header', 'This is not xz: the magic bytes are missing', at(offset));
    await passTrailing(context, { ...at(offset), what: 'the last xz stream' }, reader);
    return undefined;
  }
  if (bytes.length < framingBytes) {
    throw refuse('truncated', 'The xz file ends in a stream header', at(reader.position));
  }
  return parseStreamHeader(bytes, offset);
}

/** Reads a stream header of `framingBytes` with a correct magic. */
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

/** The header of a stream with these flags. */
export function formatStreamHeader(flags: number): Uint8Array {
  const bytes = new Uint8Array(framingBytes);
  const view = viewOf(bytes);
  bytes.set(xzMagic);
  view.setUint16(6, flags, false);
  view.setUint32(8, crc32(bytes.subarray(6, 8)), true);
  return bytes;
}

/** The values of a stream footer. */
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
