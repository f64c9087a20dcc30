import type { WriterSink } from '../contracts/writer.ts';
import { blockRuns } from './block-runs.ts';
import { DataMap, type Extents } from './extents.ts';
import type { SparseTarget } from './sparse-file.ts';

/** A new, empty file in any format. Blocks of zeros are never written, so they stay holes. */
export class NewFile implements WriterSink {
  readonly file: WriterSink['file'];
  readonly #handle: SparseTarget;
  readonly #onData: (position: number, length: number) => void;
  readonly #map = new DataMap();
  #sizeBytes: number | undefined;
  #end = 0;
  #dataBytes = 0;

  /** `onData` is called for every written range. */
  constructor(handle: SparseTarget, onData: (position: number, length: number) => void = () => {}) {
    const { fd } = handle;
    if (fd !== undefined) this.file = { fd, wrote: (ranges) => this.#note(ranges) };
    this.#handle = handle;
    this.#onData = onData;
  }

  /** As set, else the end of the last write. */
  get sizeBytes(): number {
    return this.#sizeBytes ?? this.#end;
  }

  /** Bytes in blocks that are not all zeros. */
  get dataBytes(): number {
    return this.#dataBytes;
  }

  extents(): Extents {
    return this.#map.extents(this.sizeBytes);
  }

  async setSize(bytes: number): Promise<void> {
    if (this.#end > bytes) throw new RangeError(`bytes were written past the end, ${bytes}`);
    this.#sizeBytes = bytes;
    await this.#handle.truncate(bytes);
  }

  async write(position: number, bytes: Uint8Array): Promise<void> {
    const end = position + bytes.length;
    if (end > (this.#sizeBytes ?? end)) {
      throw new RangeError(
        `a write of ${bytes.length} bytes at ${position} is outside of the file`,
      );
    }
    this.#end = Math.max(this.#end, end);
    for (const { from, to, isHole } of blockRuns(position, bytes)) {
      if (!isHole) await this.#put(position + from, bytes.subarray(from, to));
    }
  }

  /** Extends the file to its whole length if it ends with a hole. */
  async finish(): Promise<void> {
    if (this.#sizeBytes === undefined) await this.setSize(this.#end);
  }

  #note(ranges: readonly number[]): void {
    for (let i = 0; i < ranges.length; i += 2) {
      const [position = 0, length = 0] = [ranges[i], ranges[i + 1]];
      this.#end = Math.max(this.#end, position + length);
      this.#map.add(position, length);
      this.#dataBytes += length;
      this.#onData(position, length);
    }
  }

  async #put(position: number, bytes: Uint8Array): Promise<void> {
    this.#map.add(position, bytes.length);
    this.#dataBytes += bytes.length;
    for (let done = 0; done < bytes.length; ) {
      const rest = bytes.length - done;
      done += (await this.#handle.write(bytes, done, rest, position + done)).bytesWritten;
    }
    this.#onData(position, bytes.length);
  }
}
