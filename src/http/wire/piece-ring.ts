/** Length of one piece: it fits in the cache of a core, and needs fewer reads than 64 KiB. */
export const ringPieceBytes: number = 256 * 1024;
/** Greatest number of unread bytes before the socket must wait. */
const maxUnreadBytes = 4 * ringPieceBytes;

interface RingPiece {
  bytes: Uint8Array;
  filled: number;
  taken: number;
}

/** Memory for received bytes, in pieces; a piece is reused after its reader has finished with it. */
export class PieceRing {
  /** In the order of the bytes; the last one is being filled. */
  readonly #pieces: RingPiece[] = [];
  readonly #spare: Uint8Array[] = [];
  #unreadBytes = 0;

  get unreadBytes(): number {
    return this.#unreadBytes;
  }

  get isFull(): boolean {
    return this.#unreadBytes >= maxUnreadBytes;
  }

  /**
   * The memory for the next bytes. There is always space, because TLS delivers all bytes that it has decrypted, even
   * after being asked to wait.
   */
  room(): Uint8Array {
    const last = this.#pieces.at(-1);
    if (last !== undefined && last.filled < last.bytes.length) {
      return last.bytes.subarray(last.filled);
    }
    const bytes = this.#spare.pop() ?? Buffer.allocUnsafeSlow(ringPieceBytes);
    this.#pieces.push({ bytes, filled: 0, taken: 0 });
    return bytes;
  }

  /** This many bytes were written to the memory of `room`. */
  fill(length: number): void {
    const last = this.#pieces.at(-1);
    if (last !== undefined) last.filled += length;
    this.#unreadBytes += length;
  }

  /** Copies bytes from other memory. */
  append(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const room = this.room();
      const length = Math.min(room.length, bytes.length - done);
      room.set(bytes.subarray(done, done + length));
      this.fill(length);
      done += length;
    }
  }

  /** The next bytes in one piece; they are valid until the next call. */
  take(): Uint8Array {
    let [piece] = this.#pieces;
    if (piece !== undefined && piece.taken === piece.bytes.length) {
      this.#spare.push(piece.bytes);
      this.#pieces.shift();
      [piece] = this.#pieces;
    }
    if (piece === undefined) return new Uint8Array();
    const bytes = piece.bytes.subarray(piece.taken, piece.filled);
    piece.taken = piece.filled;
    this.#unreadBytes -= bytes.length;
    return bytes;
  }
}
