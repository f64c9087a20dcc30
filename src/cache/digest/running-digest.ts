import type { FileHandle } from 'node:fs/promises';
import { type BlockDigests, ContentDigest, contentBlockBytes } from './content-digest.ts';
import { hashBlock } from './hash-disk.ts';

/** A block that is written may well be written again until so many others have been begun. */
const restlessBlocks = 16;
/** So much is had written back at once. */
const syncBytes = 64 * 1024 * 1024;

/**
 * The digests of the blocks of a disk that is being written. Blocks that have come to rest are hashed, and had written back to
 * the device, while others are still to come; so little of either is left for the end.
 */
export class RunningDigest {
  readonly #handle: FileHandle;
  readonly #digest = new ContentDigest();
  /** Blocks that are to be hashed, the one that was written last at the end, with the count of blocks by then. */
  readonly #dirty = new Map<number, number>();
  readonly #buffer = Buffer.allocUnsafeSlow(contentBlockBytes);
  #begun = 0;
  #unsyncedBytes = 0;
  #isHashing = false;
  #isSyncing = false;
  #hashing: Promise<void> = Promise.resolve();
  #syncing: Promise<void> = Promise.resolve();
  #failure: { error: unknown } | undefined;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** To be called after every write; what was read of the range before is forgotten. */
  wrote(position: number, length: number): void {
    const end = position + length;
    let block = Math.floor(position / contentBlockBytes) * contentBlockBytes;
    for (; block < end; block += contentBlockBytes) {
      this.#digest.forget(block);
      if (!this.#dirty.delete(block)) this.#begun += 1;
      this.#dirty.set(block, this.#begun);
    }
    this.#unsyncedBytes += length;
    if (!this.#isHashing) this.#hashing = this.#hashRest();
    if (!this.#isSyncing) this.#syncing = this.#syncRest();
  }

  /** The digest of a block that was written just now and never before: it need not be read. */
  hashed(block: number, sha256: Uint8Array): void {
    this.#dirty.delete(block);
    this.#digest.add(block, sha256);
  }

  /** Hashes what is left, once nothing is written any more. Throws what went wrong on the way. */
  async finish(signal: AbortSignal): Promise<BlockDigests> {
    await this.idle();
    if (this.#failure !== undefined) throw this.#failure.error;
    const lane = async (buffer: Buffer<ArrayBuffer>): Promise<void> => {
      for (const block of this.#dirty.keys()) {
        signal.throwIfAborted();
        await this.#hash(block, buffer);
      }
    };
    const more = [1, 2, 3].map(() => Buffer.allocUnsafeSlow(contentBlockBytes));
    await Promise.all([this.#buffer, ...more].map(lane));
    return this.#digest.blocks;
  }

  /** Waits for what is under way; the file may be closed then. */
  async idle(): Promise<void> {
    await Promise.all([this.#hashing, this.#syncing]);
  }

  /** Never rejects: a failure is thrown at the end. */
  async #hashRest(): Promise<void> {
    // A promise alone cannot say it: where there is nothing to do, this ends before its promise is assigned.
    this.#isHashing = true;
    try {
      while (this.#failure === undefined) {
        const [oldest] = this.#dirty;
        if (oldest === undefined || this.#begun - oldest[1] < restlessBlocks) break;
        await this.#hash(oldest[0], this.#buffer);
      }
    } catch (error) {
      this.#failure = { error };
    }
    this.#isHashing = false;
  }

  /** Like `#hashRest`, and beside it: a device may take its time. */
  async #syncRest(): Promise<void> {
    this.#isSyncing = true;
    try {
      while (this.#failure === undefined && this.#unsyncedBytes >= syncBytes) {
        this.#unsyncedBytes = 0;
        await this.#handle.datasync();
      }
    } catch (error) {
      this.#failure = { error };
    }
    this.#isSyncing = false;
  }

  /** A block that is written meanwhile is dirty again, and its digest is worth nothing. */
  async #hash(block: number, buffer: Buffer<ArrayBuffer>): Promise<void> {
    this.#dirty.delete(block);
    const sha256 = await hashBlock(this.#handle, buffer, block);
    if (sha256 !== undefined && !this.#dirty.has(block)) this.#digest.add(block, sha256);
  }
}
