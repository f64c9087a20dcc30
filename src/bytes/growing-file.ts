import type { FileHandle } from 'node:fs/promises';
import type { ByteSource } from '../contracts/bytes.ts';

const pieceBytes = 1024 * 1024;

/**
 * A file that is written while readers use it as a `ByteSource`. Reads wait for bytes that are not ready yet; `fail`
 * rejects all of them. Bytes may be written ahead of the ready ones, in any order; `advance` makes them ready.
 */
export class GrowingFile implements ByteSource {
  /** Set if ranges can be fetched separately. */
  ahead?: (position: number, length: number) => Promise<Uint8Array>;
  readonly #handle: FileHandle;
  #readyBytes: number;
  #sizeBytes: number | undefined;
  #ended = false;
  #failure: { error: unknown } | undefined;
  #change: PromiseWithResolvers<void> = Promise.withResolvers<void>();

  /** `sizeBytes`: the length, if it is known before the end. `readyBytes`: number of bytes that are already there. */
  constructor(handle: FileHandle, sizeBytes?: number, readyBytes = 0) {
    this.#handle = handle;
    this.#sizeBytes = sizeBytes;
    this.#readyBytes = readyBytes;
  }

  /** A complete file; the caller owns and closes the handle. */
  static whole(handle: FileHandle, sizeBytes: number): GrowingFile {
    const file = new GrowingFile(handle, sizeBytes, sizeBytes);
    file.#ended = true;
    return file;
  }

  get sizeBytes(): number | undefined {
    return this.#sizeBytes;
  }

  get readyBytes(): number {
    return this.#readyBytes;
  }

  get fd(): number {
    return this.#handle.fd;
  }

  /** States the length before the end has arrived. */
  expect(sizeBytes: number): void {
    this.#sizeBytes = sizeBytes;
  }

  async append(chunk: Uint8Array): Promise<void> {
    await this.write(this.#readyBytes, chunk);
    this.advance(this.#readyBytes + chunk.length);
  }

  /** Writes bytes at their position without making them ready. */
  async write(position: number, chunk: Uint8Array): Promise<void> {
    let done = 0;
    while (done < chunk.length) {
      const rest = chunk.length - done;
      const { bytesWritten } = await this.#handle.write(chunk, done, rest, position + done);
      done += bytesWritten;
    }
  }

  /** States that everything before `readyBytes` has been written. */
  advance(readyBytes: number): void {
    if (readyBytes <= this.#readyBytes) return;
    this.#readyBytes = readyBytes;
    this.#changed();
  }

  end(): void {
    this.#ended = true;
    this.#sizeBytes = this.#readyBytes;
    this.#changed();
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#changed();
  }

  async grown(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#ended) return;
    await this.#change.promise;
    // A failure may have been assigned between the two checks.
    const failure = this.#failure as { error: unknown } | undefined;
    if (failure !== undefined) throw failure.error;
  }

  /** Waits until this many bytes are ready, or the end has arrived; resolves with the number of ready bytes. */
  async reach(bytes: number): Promise<number> {
    while (this.#readyBytes < bytes && !this.#ended) await this.grown();
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#readyBytes;
  }

  /**
   * `memory`: a buffer of at least `length` bytes to read into, for callers that read often and keep nothing;
   * default: a new one.
   */
  async read(position: number, length: number, memory?: Uint8Array): Promise<Uint8Array> {
    const readyBytes = await this.reach(position + length);
    const ready = Math.max(0, Math.min(length, readyBytes - position));
    return await this.peek(position, ready, memory);
  }

  /** Reads what the file holds now, ready or not; returns fewer bytes at its end. */
  async peek(position: number, length: number, memory?: Uint8Array): Promise<Uint8Array> {
    const bytes = memory?.subarray(0, length) ?? Buffer.allocUnsafe(length);
    let done = 0;
    while (done < bytes.length) {
      const { bytesRead } = await this.#handle.read(
        bytes,
        done,
        bytes.length - done,
        position + done,
      );
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return bytes.subarray(0, done);
  }

  async *stream(reuse = false): AsyncIterable<Uint8Array> {
    // If the garbage collector had to free the pieces, about a hundred would be held at once. A piece never crosses
    // from one half into the other.
    const halves = reuse ? new Uint8Array(2 * pieceBytes) : undefined;
    for (let position = 0; ; ) {
      while (this.#readyBytes === position && !this.#ended) await this.grown();
      const room = halves === undefined ? pieceBytes : pieceBytes - (position % pieceBytes);
      const ready = Math.min(room, this.#readyBytes - position);
      const memory = halves?.subarray(position % halves.length);
      const piece = await this.read(position, ready, memory);
      if (piece.length === 0) return;
      yield piece;
      position += piece.length;
    }
  }

  #changed(): void {
    const change = this.#change;
    this.#change = Promise.withResolvers<void>();
    change.resolve();
  }
}
