import { createHash } from 'node:crypto';
import { crc32c } from '../../shared/crc32c.ts';
import { blake2b256 } from './blake2b256.ts';
import { xxhash64 } from './xxhash64.ts';

/** A kind of checksum, which computes the bytes as stored. */
export interface BtrfsChecksum {
  bytes: number;
  sum(bytes: Buffer): Buffer;
}

/** By their number in the superblock. */
export const btrfsChecksums: readonly BtrfsChecksum[] = [
  {
    bytes: 4,
    sum(bytes) {
      const sum = Buffer.alloc(4);
      sum.writeUInt32LE(crc32c(bytes));
      return sum;
    },
  },
  {
    bytes: 8,
    sum(bytes) {
      const sum = Buffer.alloc(8);
      sum.writeBigUInt64LE(xxhash64(bytes));
      return sum;
    },
  },
  { bytes: 32, sum: (bytes) => createHash('sha256').update(bytes).digest() },
  { bytes: 32, sum: blake2b256 },
];
