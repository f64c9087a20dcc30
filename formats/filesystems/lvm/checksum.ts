import { crc32 } from 'node:zlib';

const initial = 0xf597a6cf;

/** CRC-32 in the form that LVM2 uses: zlib's with another initial value and without the inversion at the end. */
export function lvmChecksum(bytes: Uint8Array): number {
  return ~crc32(bytes, ~initial >>> 0) >>> 0;
}
