import { viewOf } from '../../src/kit.ts';
import { crc32c } from '../shared/crc32c.ts';

const checksumAt = 4;
const noChecksum = new Uint8Array(4);

/** The CRC-32C of a structure; its checksum field, after its signature, counts as zero; `rest` continues it. */
export function checksumOf(bytes: Uint8Array, rest: Uint8Array = new Uint8Array()): number {
  const before = crc32c(noChecksum, crc32c(bytes.subarray(0, checksumAt)));
  return crc32c(rest, crc32c(bytes.subarray(checksumAt + 4), before));
}

/** The checksum stored in a structure. */
export function claimedChecksum(bytes: Uint8Array): number {
  return viewOf(bytes).getUint32(checksumAt, true);
}
