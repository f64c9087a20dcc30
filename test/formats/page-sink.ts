import { createHash } from 'node:crypto';
import type { DiskSink } from '../../src/kit.ts';

const pageBytes = 64 * 1024;
const zeroPage = new Uint8Array(pageBytes);

/**
 * A disk in memory that uses memory only for written data. With `junk` it starts full of that byte, like a used device.
 */
export class PageSink implements DiskSink {
  readonly zeroed: boolean;
  sizeBytes = -1;
  writtenBytes = 0;
  /** Called after every write. */
  onWrite: () => void = () => {};
  readonly #blank: Uint8Array;
  readonly #pages = new Map<number, Uint8Array>();

  constructor(junk?: number) {
    this.zeroed = junk === undefined;
    this.#blank = junk === undefined ? zeroPage : new Uint8Array(pageBytes).fill(junk);
  }

  async setSize(bytes: number): Promise<void> {
    if (this.sizeBytes !== -1) throw new Error('the size was set twice');
    this.sizeBytes = bytes;
  }

  async write(position: number, bytes: Uint8Array): Promise<void> {
    this.writtenBytes += bytes.length;
    this.#put(position, bytes.length, (page, from, done, length) => {
      page.set(bytes.subarray(done, done + length), from);
    });
    this.onWrite();
  }

  async zero(position: number, length: number): Promise<void> {
    this.#put(position, length, (page, from, _, count) => {
      page.fill(0, from, from + count);
    });
  }

  read(position: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const from = (position + done) % pageBytes;
      const count = Math.min(pageBytes - from, length - done);
      bytes.set(this.#page(position + done).subarray(from, from + count), done);
      done += count;
    }
    return bytes;
  }

  /** Resolves as soon as this many bytes were written. */
  written(bytes: number): Promise<void> {
    return new Promise((resolve) => {
      this.onWrite = () => {
        if (this.writtenBytes >= bytes) resolve();
      };
      this.onWrite();
    });
  }

  sha256(): string {
    const hash = createHash('sha256');
    for (let at = 0; at < this.sizeBytes; at += pageBytes) {
      hash.update(this.#page(at).subarray(0, this.sizeBytes - at));
    }
    return hash.digest('hex');
  }

  #page(position: number): Uint8Array {
    return this.#pages.get(Math.floor(position / pageBytes)) ?? this.#blank;
  }

  #put(
    position: number,
    length: number,
    change: (page: Uint8Array, from: number, done: number, length: number) => void,
  ): void {
    if (position < 0 || length <= 0 || position + length > this.sizeBytes) {
      throw new Error(`${length} bytes at ${position} are not on the disk`);
    }
    for (let done = 0; done < length; ) {
      const number = Math.floor((position + done) / pageBytes);
      const from = (position + done) % pageBytes;
      const count = Math.min(pageBytes - from, length - done);
      const page = this.#pages.get(number) ?? Uint8Array.from(this.#blank);
      change(page, from, done, count);
      this.#pages.set(number, page);
      done += count;
    }
  }
}
