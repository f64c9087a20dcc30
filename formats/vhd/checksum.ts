import { type ImageRefusal, refusalFor } from '../shared/image-refusal.ts';
/** The ones' complement of the sum of all bytes except those of the checksum itself (four at `fieldAt`). */
export function vhdChecksum(bytes: Uint8Array, fieldAt: number): number {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  for (const byte of bytes.subarray(fieldAt, fieldAt + 4)) sum -= byte;
  return ~sum >>> 0;
}

/** The error for an invalid VHD. */
export const refuseVhd: ImageRefusal = refusalFor('vhd');
