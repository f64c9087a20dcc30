import { crc32 } from 'node:zlib';
import { viewOf } from '../../src/kit.ts';
import { footerMagic, framingBytes } from './framing.ts';
import { formatVli } from './vli.ts';

/** Index and footer (xz file format 1.2, sections 2.1.2 and 4) of a stream with a single block. */
export function closeStream(
  flags: number,
  unpaddedBytes: number,
  uncompressedBytes: number,
): Uint8Array {
  const records = [0, 1, ...formatVli(unpaddedBytes), ...formatVli(uncompressedBytes)];
  const crcAt = Math.ceil(records.length / 4) * 4;
  const indexBytes = crcAt + 4;
  const bytes = new Uint8Array(indexBytes + framingBytes);
  const view = viewOf(bytes);
  bytes.set(records);
  view.setUint32(crcAt, crc32(bytes.subarray(0, crcAt)), true);
  const footer = bytes.subarray(indexBytes);
  view.setUint32(indexBytes + 4, indexBytes / 4 - 1, true);
  view.setUint16(indexBytes + 8, flags, false);
  view.setUint32(indexBytes, crc32(footer.subarray(4, 10)), true);
  footer.set(new TextEncoder().encode(footerMagic), 10);
  return bytes;
}
