import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { viewOf } from '../../src/kit.ts';
import { Crc64 } from './crc64.ts';
import type { StreamHeader } from './framing.ts';

/**
 * The check of the decoded bytes of a block (xz file format 1.2, section 2.1.1.2); `parseStreamHeader` allows only
 * known kinds.
 */
export interface BlockCheck {
  update(bytes: Uint8Array): void;
  /** Ends the check. True if `stored`, the bytes after the block, are correct. */
  matches(stored: Uint8Array): boolean;
}

/** Stream flags of blocks without a check. */
export const noCheck = 0;

/** Begins the check of one block of a stream. */
export function beginCheck({ flags }: Pick<StreamHeader, 'flags'>): BlockCheck {
  switch (flags) {
    case noCheck:
      return { update: () => {}, matches: () => true };
    case 1:
      return beginCrc32();
    case 4: {
      const crc = new Crc64();
      return {
        update: (bytes) => crc.update(bytes),
        matches: (stored) => Buffer.compare(crc.bytes(), stored) === 0,
      };
    }
    default: {
      const hash = createHash('sha256');
      return {
        update: (bytes) => void hash.update(bytes),
        matches: (stored) => Buffer.compare(hash.digest(), stored) === 0,
      };
    }
  }
}

function beginCrc32(): BlockCheck {
  let crc = 0;
  return {
    update(bytes) {
      crc = crc32(bytes, crc);
    },
    matches: (stored) => viewOf(stored).getUint32(0, true) === crc,
  };
}
