import type { FileHandle } from 'node:fs/promises';
import { type BlockDigests, ContentDigest, contentBlockBytes } from './content-digest.ts';
import { hashBlock } from './hash-disk.ts';

/** A written block is likely to be written again until this many newer blocks have been started. */
const hashLagBlocks = 16;
/** Written bytes are flushed to the device in portions of this size. */
const syncBytes = 64 * 1024 * 1024;

/**
 * Digests the blocks of a disk while it is being written. Blocks that are no longer written to are hashed and flushed
 * to the device while others are still written, so little work is left for the end.
 */
export class RunningDigest {
  readonly #handle: FileHandle;
  readonly #digest = new ContentDigest();
  /** Blocks still to be hashed, the most recently written last, each with the number of blocks started by then. */
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

  /** Must be called after every write; drops the digests read from this range before. */
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

  /** Takes the digest of a block that was written now for the first time, so it need not be read back. */
  hashed(block: number, sha256: Uint8Array): void {
    this.#dirty.delete(block);
    this.#digest.add(block, sha256);
  }

  /** Hashes the remaining blocks after the last write. Throws the first error of the background work. */
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

  /** Waits for the running work; after that the file may be closed. */
  async idle(): Promise<void> {
    await Promise.all([this.#hashing, this.#syncing]);
  }

  /** Never rejects: `finish` throws the failure. */
  async #hashRest(): Promise<void> {
    // A flag and not the promise: with nothing to do, this function ends before its promise is assigned.
    this.#isHashing = true;
    try {
      while (this.#failure === undefined) {
        const [oldest] = this.#dirty;
        if (oldest === undefined || this.#begun - oldest[1] < hashLagBlocks) break;
        await this.#hash(oldest[0], this.#buffer);
      }
    } catch (error) {
      this.#failure = { error };
    }
    this.#isHashing = false;
  }

  /** Like `#hashRest`, and in parallel with it: the device may be slow. */
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

  /** A block written during hashing is dirty again, and its new digest is discarded. */
  async #hash(block: number, buffer: Buffer<ArrayBuffer>): Promise<void> {
    this.#dirty.delete(block);
    const sha256 = await hashBlock(this.#handle, buffer, block);
    if (sha256 !== undefined && !this.#dirty.has(block)) this.#digest.add(block, sha256);
  }
}
