import type { DiskSink, SinkFile } from '../contracts/bytes.ts';

/** Minimum number of bytes at the end that are held back: the footer of a format. */
export const heldEndBytes = 512;
/** Sinks find holes in blocks of this size, so whole blocks are held back. */
const blockBytes = 4096;

interface HeldPiece {
  position: number;
  bytes: Uint8Array;
}

/** Passes on a disk except its last block so far; `finish` decides where the disk ends. */
export class HeldEnd implements DiskSink {
  readonly #sink: DiskSink;
  #pieces: HeldPiece[] = [];
  #end = 0;
  #sizeBytes: number | undefined;

  constructor(sink: DiskSink) {
    this.#sink = sink;
  }

  get zeroed(): boolean {
    return this.#sink.zeroed;
  }

  /** Threads leave the end of the disk to `write`. */
  get file(): SinkFile | undefined {
    return this.#sink.file;
  }

  /** The size as set, else the end of the last write. */
  get sizeBytes(): number {
    return this.#sizeBytes ?? this.#end;
  }

  setSize(bytes: number): Promise<void> {
    this.#sizeBytes = bytes;
    return Promise.resolve();
  }

  async write(position: number, bytes: Uint8Array): Promise<void> {
    const { cut, freed } = this.#reach(position + bytes.length);
    const passed = Math.max(0, Math.min(bytes.length, cut - position));
    if (passed < bytes.length) {
      // A copy, because the caller may reuse its memory; `slice` of a Buffer does not copy.
      const copy = new Uint8Array(bytes.subarray(passed));
      this.#pieces.push({ position: position + passed, bytes: copy });
    }
    await Promise.all([
      ...freed.map((piece) => this.#sink.write(piece.position, piece.bytes)),
      ...(passed > 0 ? [this.#sink.write(position, bytes.subarray(0, passed))] : []),
    ]);
  }

  async zero(position: number, length: number): Promise<void> {
    const { cut, freed } = this.#reach(position + length);
    const passed = Math.max(0, Math.min(length, cut - position));
    if (passed < length) {
      this.#pieces.push({ position: position + passed, bytes: new Uint8Array(length - passed) });
    }
    await Promise.all([
      ...freed.map((piece) => this.#sink.write(piece.position, piece.bytes)),
      ...(passed > 0 ? [this.#sink.zero(position, passed)] : []),
    ]);
  }

  /** The last bytes of the disk; fewer if it is shorter. */
  end(length: number): Uint8Array {
    const size = this.sizeBytes;
    const end = new Uint8Array(Math.min(length, size));
    const start = size - end.length;
    for (const { position, bytes } of this.#pieces) {
      const from = Math.max(position, start);
      const to = Math.min(position + bytes.length, size);
      if (from < to) end.set(bytes.subarray(from - position, to - position), from - start);
    }
    return end;
  }

  /** Writes the held bytes, only up to `sizeBytes` if the disk ends earlier, and fixes the size. */
  async finish(sizeBytes?: number): Promise<void> {
    const end = sizeBytes ?? Number.POSITIVE_INFINITY;
    for (const { position, bytes } of this.#pieces) {
      if (position < end) await this.#sink.write(position, bytes.subarray(0, end - position));
    }
    await this.#sink.setSize(sizeBytes ?? this.sizeBytes);
  }

  /** The new start of the held bytes, and the pieces before it. */
  #reach(end: number): { cut: number; freed: HeldPiece[] } {
    this.#end = Math.max(this.#end, end);
    const cut = Math.floor(Math.max(0, this.#end - heldEndBytes) / blockBytes) * blockBytes;
    const freed: HeldPiece[] = [];
    const kept: HeldPiece[] = [];
    for (const { position, bytes } of this.#pieces) {
      const passed = Math.max(0, Math.min(bytes.length, cut - position));
      if (passed > 0) freed.push({ position, bytes: bytes.subarray(0, passed) });
      if (passed < bytes.length) {
        kept.push({ position: position + passed, bytes: bytes.subarray(passed) });
      }
    }
    this.#pieces = kept;
    return { cut, freed };
  }
}
