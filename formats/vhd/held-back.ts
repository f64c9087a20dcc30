/** Passes on a stream except its last bytes, which are kept in `bytes` for the end of the stream. */
export class HeldBack {
  bytes: Uint8Array = new Uint8Array();
  readonly #length: number;

  /** `length`: the number of bytes to keep. */
  constructor(length: number) {
    this.#length = length;
  }

  async *pass(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      const spare = this.bytes.length + piece.length - this.#length;
      const fromHeld = Math.min(Math.max(0, spare), this.bytes.length);
      const fromPiece = Math.max(0, spare - fromHeld);
      const held = this.bytes;
      this.bytes = Buffer.concat([held.subarray(fromHeld), piece.subarray(fromPiece)]);
      if (fromHeld > 0) yield held.subarray(0, fromHeld);
      if (fromPiece > 0) yield piece.subarray(0, fromPiece);
    }
  }
}
