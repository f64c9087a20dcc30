import { crc32 } from 'node:zlib';
import { vli } from './make-xz.ts';

/**
 * Rewrites a stream with a single block and a header of twelve bytes, as usual compressors make it, so that the header
 * states both lengths of the block.
 */
export function stateSizes(stream: Uint8Array): Uint8Array {
  const bytes = Buffer.from(stream);
  const checkBytes = bytes[7] === 4 ? 8 : 4;
  const indexStart = bytes.length - 12 - (bytes.readUInt32LE(bytes.length - 8) + 1) * 4;
  const index = bytes.subarray(indexStart, bytes.length - 12);
  const [unpadded, next] = readVli(index, 2);
  const [uncompressed] = readVli(index, next);
  const oldHeader = bytes.subarray(12, 12 + ((bytes[12] ?? 0) + 1) * 4);
  const compressed = unpadded - oldHeader.length - checkBytes;

  const fields = [0xc0, ...vli(compressed), ...vli(uncompressed), ...oldHeader.subarray(2, 5)];
  const length = Math.ceil((1 + fields.length + 4) / 4) * 4;
  const header = Buffer.alloc(length);
  header.set([length / 4 - 1, ...fields]);
  header.writeUInt32LE(crc32(header.subarray(0, -4)), length - 4);

  const records = [0, 1, ...vli(length + compressed + checkBytes), ...vli(uncompressed)];
  const newIndex = Buffer.alloc(Math.ceil(records.length / 4) * 4 + 4);
  newIndex.set(records);
  newIndex.writeUInt32LE(crc32(newIndex.subarray(0, -4)), newIndex.length - 4);

  const footer = Buffer.from(bytes.subarray(-12));
  footer.writeUInt32LE(newIndex.length / 4 - 1, 4);
  footer.writeUInt32LE(crc32(footer.subarray(4, 10)), 0);
  const data = bytes.subarray(12 + oldHeader.length, indexStart);
  return Buffer.concat([bytes.subarray(0, 12), header, data, newIndex, footer]);
}

function readVli(bytes: Uint8Array, start: number): [value: number, end: number] {
  let value = 0;
  for (let at = start; ; at += 1) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * (at - start));
    if (byte < 0x80) return [value, at + 1];
  }
}
