import { createHash } from 'node:crypto';

/** Length in bytes of one block of a content digest. */
export const contentBlockBytes: number = 1024 * 1024;

/** `content-sha256:` and 64 hex digits: the digest of a disk's content, the same for a sparse file and a full one. */
export type ContentDigestText = `content-sha256:${string}`;

/** The sha256 of each block of a disk that is not all zeros, by its offset, ascending. */
export type BlockDigests = ReadonlyMap<number, Uint8Array>;

/**
 * The content digest of a disk, computed from the digests of its blocks. Cut the disk into blocks of 1 MiB, the last
 * one shorter. Leave out blocks that are all zeros. For each other block, by offset, write the offset as 8 bytes
 * little-endian and the sha256 of the block (32 bytes). Then write the size of the disk as 8 bytes little-endian. The
 * digest is the sha256 of these bytes. So holes cost nothing, and disks with equal content have equal digests.
 */
export function digestBlocks(blocks: BlockDigests, sizeBytes: number): ContentDigestText {
  const hash = createHash('sha256');
  for (const [offset, sha256] of blocks) {
    hash.update(littleEndian(offset));
    hash.update(sha256);
  }
  hash.update(littleEndian(sizeBytes));
  return `content-sha256:${hash.digest('hex')}`;
}

/** Computes a content digest from blocks in any order. */
export class ContentDigest {
  readonly #blocks = new Map<number, Uint8Array>();

  /**
   * `sha256` is the digest of the whole block at `offset`, a multiple of the block size; only the last block may be
   * shorter.
   */
  add(offset: number, sha256: Uint8Array): void {
    this.#blocks.set(offset, sha256);
  }

  /** Drops the digest of the block at `offset`, because the block changed; add it again unless it is all zeros. */
  forget(offset: number): void {
    this.#blocks.delete(offset);
  }

  get blocks(): BlockDigests {
    return new Map([...this.#blocks].sort(([a], [b]) => a - b));
  }

  finish(sizeBytes: number): ContentDigestText {
    return digestBlocks(this.blocks, sizeBytes);
  }
}

function littleEndian(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
