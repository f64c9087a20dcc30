import type { SparseTarget } from './sparse-file.ts';

/** A target that keeps only the two ends of a disk. */
export class DiskEnds implements SparseTarget {
  readonly #head: Uint8Array;
  readonly #tail: Uint8Array;
  /** Position of the bytes in the tail buffer; it moves until the end of the disk is known. */
  #tailPosition = 0;
  #sizeBytes: number | undefined;
  #end = 0;

  constructor(headBytes: number, tailBytes: number) {
    this.#head = new Uint8Array(headBytes);
    this.#tail = new Uint8Array(tailBytes);
  }

  truncate(bytes: number): Promise<void> {
    this.#sizeBytes = bytes;
    // If the size comes first, the position of the tail is known from now on.
    if (this.#end === 0) this.#tailPosition = Math.max(0, bytes - this.#tail.length);
    return Promise.resolve();
  }

  write(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesWritten: number }> {
    const piece = bytes.subarray(offset, offset + length);
    if (position < this.#head.length) {
      this.#head.set(piece.subarray(0, this.#head.length - position), position);
    }
    if (this.#sizeBytes === undefined) this.#follow(position + length);
    place(piece, position, this.#tail, this.#tailPosition);
    this.#end = Math.max(this.#end, position + length);
    return Promise.resolve({ bytesWritten: length });
  }

  /** The first and the last bytes of a disk of that size. */
  ends(sizeBytes: number): { head: Uint8Array; tail: Uint8Array } {
    const head = this.#head.subarray(0, Math.min(this.#head.length, sizeBytes));
    const tail = new Uint8Array(Math.min(this.#tail.length, sizeBytes));
    place(this.#tail, this.#tailPosition, tail, sizeBytes - tail.length);
    return { head, tail };
  }

  /** In a stream of unknown length, the tail moves forward with each write. */
  #follow(end: number): void {
    const position = Math.max(this.#tailPosition, end - this.#tail.length);
    const kept = this.#tail.slice(Math.min(position - this.#tailPosition, this.#tail.length));
    this.#tail.fill(0).set(kept);
    this.#tailPosition = position;
  }
}

/** Copies the common part of two ranges. */
function place(from: Uint8Array, fromPosition: number, to: Uint8Array, toPosition: number): void {
  const start = Math.max(fromPosition, toPosition);
  const end = Math.min(fromPosition + from.length, toPosition + to.length);
  if (start < end) {
    to.set(from.subarray(start - fromPosition, end - fromPosition), start - toPosition);
  }
}
