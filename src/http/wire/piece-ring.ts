/** Bytes of one piece: it fits into the cache of a core, and fewer reads than of 64 KiB fill it. */
export const ringPieceBytes: number = 256 * 1024;
/** As much may lie there unread before the socket is to wait. */
const maxUnreadBytes = 4 * ringPieceBytes;

interface RingPiece {
  bytes: Uint8Array;
  filled: number;
  taken: number;
}

/** Memory that bytes are received into, piece after piece; a piece is used again once its reader has gone on. */
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

  /** Where the next bytes go. There is always room: TLS hands over what it has decrypted, even when asked to wait. */
  room(): Uint8Array {
    const last = this.#pieces.at(-1);
    if (last !== undefined && last.filled < last.bytes.length) {
      return last.bytes.subarray(last.filled);
    }
    const bytes = this.#spare.pop() ?? Buffer.allocUnsafeSlow(ringPieceBytes);
    this.#pieces.push({ bytes, filled: 0, taken: 0 });
    return bytes;
  }

  /** So many bytes were put where `room` said. */
  fill(length: number): void {
    const last = this.#pieces.at(-1);
    if (last !== undefined) last.filled += length;
    this.#unreadBytes += length;
  }

  /** Copies bytes that were put elsewhere. */
  append(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const room = this.room();
      const length = Math.min(room.length, bytes.length - done);
      room.set(bytes.subarray(done, done + length));
      this.fill(length);
      done += length;
    }
  }

  /** The next bytes that lie in one piece; they are good until this is called again. */
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
