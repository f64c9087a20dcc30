/**
 * Random access to bytes that may still be arriving. A read waits until its bytes are there; it returns fewer bytes
 * only at the end. A failed transfer rejects every waiting and later call with the transfer's error.
 */
export interface ByteSource {
  /**
   * Total length in bytes; `undefined` while it is unknown. It is known at the latest when the last byte is there.
   */
  readonly sizeBytes: number | undefined;
  /** Number of bytes from the start that can be read without waiting. */
  readonly readyBytes: number;
  /** Descriptor of a file that holds the ready bytes at their own positions, for threads that read directly. */
  readonly fd?: number | undefined;
  /** Resolves when `readyBytes` has grown or the end is known; immediately when all bytes are there. */
  grown(): Promise<void>;
  /**
   * A range fetched separately, before the main pass reaches it; compared with the main pass later. Absent if
   * impossible.
   */
  ahead?(position: number, length: number): Promise<Uint8Array>;
  /** `memory`: a buffer of `length` bytes that the source may fill and return; without it the source allocates. */
  read(position: number, length: number, memory?: Uint8Array): Promise<Uint8Array>;
  /**
   * All bytes in order, from the start. With `reuse`, the memory of a piece may be overwritten once the next 1 MiB
   * has been handed out; without it, the caller owns the pieces.
   */
  stream(reuse?: boolean): AsyncIterable<Uint8Array>;
}

/**
 * The new file behind a sink, for threads that write directly: data at its own position, and no zeros. If the size of the disk
 * is not set first, its last block must come through `write` or `zero`, because it may be a footer after the disk.
 */
export interface SinkFile {
  readonly fd: number;
  /**
   * True if the digests of blocks are used. Absent: they need not be computed, which would add a third to the time.
   */
  readonly wantsDigests?: boolean;
  /**
   * Reports written ranges of the disk as position, length, position, length … `fillBytes` of them are blocks of 0xFF
   * only, as in erased flash. `digests`: the sha256 of aligned blocks of 1 MiB that were written or left out
   * completely in this call and are not all zeros; the writing thread has them at hand.
   */
  wrote(
    ranges: readonly number[],
    fillBytes?: number,
    digests?: readonly (readonly [offset: number, sha256: Uint8Array])[],
  ): void;
  /** Reports that so many more bytes of the disk are done, either written or left out. */
  settled(bytes: number): void;
}

/** The destination of a disk. Writes may come in any order and in parallel; ranges never written read as zeros. */
export interface DiskSink {
  /** True if unwritten ranges already read as zeros (a new file, not a device). */
  readonly zeroed: boolean;
  /** Absent if all data must pass through `write`. */
  readonly file?: SinkFile | undefined;
  /** Fixes the virtual size in bytes; a write past it is an error. May be called once, before or after the writes. */
  setSize(bytes: number): Promise<void>;
  /** The caller must not change `bytes` until the promise resolves. */
  write(position: number, bytes: Uint8Array): Promise<void>;
  /** Makes a range read as zeros. */
  zero(position: number, length: number): Promise<void>;
}
