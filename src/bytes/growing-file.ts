import type { FileHandle } from 'node:fs/promises';
import type { ByteSource } from '../contracts/bytes.ts';

const pieceBytes = 1024 * 1024;

/**
 * A file that one writer appends to while readers use it as a `ByteSource`. Reads wait for bytes that are not there
 * yet; `fail` rejects all of them.
 */
export class GrowingFile implements ByteSource {
  readonly #handle: FileHandle;
  #readyBytes = 0;
  #sizeBytes: number | undefined;
  #ended = false;
  #failure: { error: unknown } | undefined;
  #change: PromiseWithResolvers<void> = Promise.withResolvers<void>();

  /** `sizeBytes`: the length where it is known before the end. */
  constructor(handle: FileHandle, sizeBytes?: number) {
    this.#handle = handle;
    this.#sizeBytes = sizeBytes;
  }

  /** A file that is complete already; the caller keeps and closes the handle. */
  static whole(handle: FileHandle, sizeBytes: number): GrowingFile {
    const file = new GrowingFile(handle, sizeBytes);
    file.#readyBytes = sizeBytes;
    file.#ended = true;
    return file;
  }

  get sizeBytes(): number | undefined {
    return this.#sizeBytes;
  }

  get readyBytes(): number {
    return this.#readyBytes;
  }

  /** Tells the length before the end has come. */
  expect(sizeBytes: number): void {
    this.#sizeBytes = sizeBytes;
  }

  async append(chunk: Uint8Array): Promise<void> {
    let done = 0;
    while (done < chunk.length) {
      const position = this.#readyBytes + done;
      const { bytesWritten } = await this.#handle.write(chunk, done, chunk.length - done, position);
      done += bytesWritten;
    }
    this.#readyBytes += chunk.length;
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
    // A failure that came meanwhile is assigned between the two looks.
    const failure = this.#failure as { error: unknown } | undefined;
    if (failure !== undefined) throw failure.error;
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    while (this.#readyBytes < position + length && !this.#ended) await this.grown();
    if (this.#failure !== undefined) throw this.#failure.error;
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, this.#readyBytes - position)));
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

  async *stream(): AsyncIterable<Uint8Array> {
    for (let position = 0; ; ) {
      while (this.#readyBytes === position && !this.#ended) await this.grown();
      const ready = Math.min(pieceBytes, this.#readyBytes - position);
      const piece = await this.read(position, ready);
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
