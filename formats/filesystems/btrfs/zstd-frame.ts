import { badBtrfs } from './bad.ts';

const magic = 0xfd2f_b528;
/** A block of one repeated byte (RFC 8878, section 3.1.1.2). */
const repeated = 1;

/** The single frame at the start of an extent: zstd would take the zeros that pad its last sector for another frame. */
export function firstZstdFrame(packed: Buffer): Buffer {
  if (packed.length < 6 || packed.readUInt32LE(0) !== magic) throw badFrame();
  const descriptor = packed[4] ?? 0;
  const isSingle = (descriptor & 0x20) !== 0;
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  let at = 5 + (isSingle ? 0 : 1) + dictionaryBytes + sizeBytes;
  for (let isLast = false; !isLast; ) {
    if (at + 3 > packed.length) throw badFrame();
    const head = packed.readUIntLE(at, 3);
    isLast = (head & 1) === 1;
    at += 3 + (((head >> 1) & 3) === repeated ? 1 : head >> 3);
  }
  const end = at + ((descriptor & 4) === 0 ? 0 : 4);
  if (end > packed.length) throw badFrame();
  return packed.subarray(0, end);
}

function badFrame(): Error {
  return badBtrfs('corrupt-data', 'A zstd frame of the btrfs file system is broken');
}
