import { inflateSync, constants as zlib, zstdDecompressSync } from 'node:zlib';
import { badBtrfs } from './bad.ts';
import { decompressLzo } from './lzo.ts';
import { firstZstdFrame } from './zstd-frame.ts';

/** Linux writes windows of 128 KiB at most; a larger window would allocate as much memory as it declares. */
const zstdParams = { [zlib.ZSTD_d_windowLogMax]: 17 };

/** Unpacks at most `unpackedBytes`. The packed data may end at the end of the file, within its last sector. */
export function unpackExtent(
  compression: number,
  packed: Buffer,
  unpackedBytes: number,
  sectorBytes: number,
): Buffer {
  let whole: Buffer;
  try {
    // A compressor of whole pages adds bytes after the end of an inline extent; they are cut off.
    const maxOutputLength = Math.ceil(Math.max(1, unpackedBytes) / sectorBytes) * sectorBytes;
    whole =
      compression === 1
        ? inflateSync(packed, { maxOutputLength })
        : compression === 3
          ? zstdDecompressSync(firstZstdFrame(packed), { maxOutputLength, params: zstdParams })
          : unpackLzo(packed, maxOutputLength, sectorBytes);
  } catch (cause) {
    throw badBtrfs('corrupt-data', 'Compressed data of the btrfs file system is broken', { cause });
  }
  return whole.subarray(0, unpackedBytes);
}

/** LZO in segments of one sector each; the header of a segment never crosses a sector boundary of the stored data. */
function unpackLzo(packed: Buffer, mostBytes: number, sectorBytes: number): Buffer {
  const end = packed.readUInt32LE(0);
  if (end > packed.length) throw badLength();
  const parts: Buffer[] = [];
  let bytes = 0;
  for (let at = 4; at + 4 < end && bytes < mostBytes; ) {
    const left = sectorBytes - (at % sectorBytes);
    if (left < 4) at += left;
    if (at + 4 > end) break;
    const length = packed.readUInt32LE(at);
    if (length === 0 || at + 4 + length > end) throw badLength();
    const part = decompressLzo(packed.subarray(at + 4, at + 4 + length), sectorBytes);
    parts.push(part);
    bytes += part.length;
    at += 4 + length;
  }
  return Buffer.concat(parts);
}

function badLength(): Error {
  return badBtrfs('corrupt-table', 'LZO data of a btrfs file has a broken length');
}
