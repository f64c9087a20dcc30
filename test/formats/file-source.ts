import { type FileHandle, open } from 'node:fs/promises';
import type { ByteSource } from '../../src/kit.ts';

/** A complete file, read in place. */
export class FileSource implements ByteSource {
  readonly sizeBytes: number;
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle, sizeBytes: number) {
    this.#handle = handle;
    this.sizeBytes = sizeBytes;
  }

  static async open(path: string): Promise<FileSource> {
    const handle = await open(path);
    return new FileSource(handle, (await handle.stat()).size);
  }

  get readyBytes(): number {
    return this.sizeBytes;
  }

  async grown(): Promise<void> {}

  async read(position: number, length: number): Promise<Uint8Array> {
    const wanted = Math.max(0, Math.min(length, this.sizeBytes - position));
    const buffer = Buffer.allocUnsafe(wanted);
    const { bytesRead } = await this.#handle.read(buffer, 0, wanted, position);
    return buffer.subarray(0, bytesRead);
  }

  async *stream(): AsyncIterable<Uint8Array> {
    for (let position = 0; position < this.sizeBytes; ) {
      const piece = await this.read(position, 1024 * 1024);
      yield piece;
      position += piece.length;
    }
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
