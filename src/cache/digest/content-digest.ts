import { createHash } from 'node:crypto';

/** Bytes of one block of a content digest. */
export const contentBlockBytes: number = 1024 * 1024;

/** `content-sha256:` and 64 hex digits: says what a disk reads as, however sparse its file is. */
export type ContentDigestText = `content-sha256:${string}`;

/** The sha256 of each block of a disk that is not all zeros, by its offset, ascending. */
export type BlockDigests = ReadonlyMap<number, Uint8Array>;

/**
 * The content digest of a disk, from the digests of its blocks. Recipe: cut the disk into blocks of 1 MiB, the last one
 * shorter; leave out those that are all zeros; write for each of the others, by offset, the offset as 8 bytes
 * little-endian and the sha256 of the block (32 bytes); then the size of the disk as 8 bytes little-endian; the digest
 * is the sha256 of what was written. So holes cost nothing, and equal content has an equal digest.
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

/** A content digest whose blocks come in any order. */
export class ContentDigest {
  readonly #blocks = new Map<number, Uint8Array>();

  /** `block` is the whole block at `offset`, a multiple of the block size; only the last one may be shorter. */
  add(offset: number, sha256: Uint8Array): void {
    this.#blocks.set(offset, sha256);
  }

  /** The block at `offset` has changed, and is to be added again where it is not all zeros. */
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
