import { crc32 } from 'node:zlib';

const initial = 0xf597a6cf;

/** CRC-32 as LVM2 has it: that of zlib with another start and without the inversion at the end. */
export function lvmChecksum(bytes: Uint8Array): number {
  return ~crc32(bytes, ~initial >>> 0) >>> 0;
}
