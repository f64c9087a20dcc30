/**
 * Random access over bytes that may still be arriving. A read waits until its bytes are there; it is short only at the
 * end. A failed transfer rejects every waiting and later call with the transfer's error.
 */
export interface ByteSource {
  /** Total length in bytes; `undefined` until it is known, at the latest when the last byte is there. */
  readonly sizeBytes: number | undefined;
  /** How many bytes from the start can be read without waiting. */
  readonly readyBytes: number;
  /** Descriptor of the file in which the ready bytes lie at their own positions, for threads that read by themselves. */
  readonly fd?: number | undefined;
  /** Resolves when `readyBytes` has grown or the end is known; at once when everything is there. */
  grown(): Promise<void>;
  /** A range fetched out of band, before the pass reaches it; compared with the pass later. Absent where impossible. */
  ahead?(position: number, length: number): Promise<Uint8Array>;
  /** `memory`: room for `length` bytes that the bytes may come to lie in; else the source chooses where they lie. */
  read(position: number, length: number, memory?: Uint8Array): Promise<Uint8Array>;
  /**
   * All bytes in order, from the start. With `reuse` the memory of a piece may be used again as soon as 1 MiB that follows
   * it has been handed out; without it, pieces belong to the caller.
   */
  stream(reuse?: boolean): AsyncIterable<Uint8Array>;
}

/** The new file behind a sink, for threads that write by themselves: data to its own position, and no zeros. */
export interface SinkFile {
  readonly fd: number;
  /** The digests of blocks are used. Absent: none need be made, which takes a third of the time again. */
  readonly wantsDigests?: boolean;
  /**
   * What was written: ranges of the disk as position, length, position, length … `fillBytes` of it are blocks of nothing but
   * 0xFF, as erased flash has them. `digests`: the sha256 of blocks of 1 MiB, at multiples of that, of which every byte was
   * written or left out here, and that are not all zeros; what writes them has them at hand.
   */
  wrote(
    ranges: readonly number[],
    fillBytes?: number,
    digests?: readonly (readonly [offset: number, sha256: Uint8Array])[],
  ): void;
  /** So many bytes of the disk are settled, written or left out. */
  settled(bytes: number): void;
}

/** Where a disk is written. Writes may come in any order and in parallel; ranges never written read as zeros. */
export interface DiskSink {
  /** Unwritten ranges read as zeros already (a new file, not a device). */
  readonly zeroed: boolean;
  /** Absent where everything has to pass through `write`. */
  readonly file?: SinkFile | undefined;
  /** Fixes the virtual size in bytes; a write past it is an error. May be called once, before or after the writes. */
  setSize(bytes: number): Promise<void>;
  /** `bytes` must not be changed until the promise resolves. */
  write(position: number, bytes: Uint8Array): Promise<void>;
  /** Makes a range read as zeros. */
  zero(position: number, length: number): Promise<void>;
}
