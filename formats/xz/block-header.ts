import { crc32 } from 'node:zlib';
import { isZeros, raiseLimit, refuse, viewOf } from '../../src/kit.ts';
import { parseFilters } from './filters.ts';
import { parseVli } from './vli.ts';

/** The header of one block (xz file format 1.2, section 3.1). */
export interface XzBlockHeader {
  /** The length in the header; it must be compared with the real length. */
  compressedBytes: number | undefined;
  uncompressedBytes: number | undefined;
  dictionaryBytes: number;
}

/** Reads a whole block header, with its length byte and CRC32. A dictionary above `dictionaryLimit` is `limit`. */
export function parseBlockHeader(
  bytes: Uint8Array,
  offset: number,
  dictionaryLimit: number,
): XzBlockHeader {
  const end = bytes.length - 4;
  if (crc32(bytes.subarray(0, end)) !== viewOf(bytes).getUint32(end, true)) {
    throw refuse('checksum', 'An xz block header does not match its CRC32', {
      format: 'xz',
      offset,
    });
  }
  const flags = bytes[1] ?? 0;
  if ((flags & 0x3c) !== 0) throw unsupported('uses reserved flags', offset);
  const body = bytes.subarray(0, end);
  let at = 2;
  const size = (): number => {
    const vli = parseVli(body, at);
    if (vli === undefined) throw corrupt('states a malformed size', offset);
    at += vli.length;
    return vli.value;
  };
  const compressedBytes = (flags & 0x40) === 0 ? undefined : size();
  const uncompressedBytes = (flags & 0x80) === 0 ? undefined : size();
  if (compressedBytes === 0) throw corrupt('states that it is empty', offset);
  const { dictionaryBytes, end: filtersEnd } = parseFilters(body, at, (flags & 3) + 1, offset);
  if (dictionaryBytes > dictionaryLimit) {
    throw refuse('limit', `An xz block needs a dictionary of ${dictionaryBytes} bytes`, {
      format: 'xz',
      offset,
      limit: dictionaryLimit,
      value: dictionaryBytes,
      hint: raiseLimit('windowBytes', dictionaryBytes),
    });
  }
  if (!isZeros(body, filtersEnd)) {
    throw unsupported('has fields that are not known', offset);
  }
  return { compressedBytes, uncompressedBytes, dictionaryBytes };
}

function unsupported(what: string, offset: number): Error {
  return refuse('unsupported-feature', `An xz block header ${what}`, { format: 'xz', offset });
}

function corrupt(what: string, offset: number): Error {
  return refuse('corrupt-header', `An xz block header ${what}`, { format: 'xz', offset });
}
