import { crc32c } from '../../shared/crc32c.ts';
import { badXfs } from './bad.ts';

const noChecksum = Buffer.alloc(4);

/** Checks the CRC-32C of a block; the checksum field at `at` counts as zeros. */
export function checkXfsSum(bytes: Buffer, at: number, what: string): void {
  const head = crc32c(noChecksum, crc32c(bytes.subarray(0, at)));
  if (crc32c(bytes.subarray(at + 4), head) === bytes.readUInt32LE(at)) return;
  throw badXfs('checksum', `The checksum of ${what} of the XFS file system is wrong`);
}
