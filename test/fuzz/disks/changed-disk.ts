import { readSync } from 'node:fs';

const pageBytes = 4096;

/** A disk in a file, with changes that are kept in memory: the file does not change. */
export class ChangedDisk {
  sizeBytes: number;
  readonly #file: number;
  readonly #pages = new Map<number, Buffer>();

  constructor(file: number, sizeBytes: number) {
    this.#file = file;
    this.sizeBytes = sizeBytes;
  }

  /** A copy of these bytes; short at the end of the disk. */
  read(position: number, length: number): Buffer {
    const end = Math.min(position + length, this.sizeBytes);
    if (end <= position) return Buffer.alloc(0);
    const bytes = Buffer.alloc(end - position);
    readSync(this.#file, bytes, 0, bytes.length, position);
    for (const [page, changed] of this.#pages) {
      const at = page * pageBytes;
      if (at >= end || at + pageBytes <= position) continue;
      const from = Math.max(at, position);
      changed.copy(bytes, from - position, from - at, Math.min(at + pageBytes, end) - at);
    }
    return bytes;
  }

  write(position: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const page = Math.floor((position + done) / pageBytes);
      const at = position + done - page * pageBytes;
      const part = bytes.subarray(done, done + pageBytes - at);
      this.#page(page).set(part, at);
      done += part.length;
    }
  }

  /** Changes bytes in place; does nothing if the disk is cut before their end. */
  edit(position: number, length: number, change: (bytes: Buffer) => void): void {
    const bytes = this.read(position, length);
    if (bytes.length < length) return;
    change(bytes);
    this.write(position, bytes);
  }

  #page(page: number): Buffer {
    const known = this.#pages.get(page);
    if (known !== undefined) return known;
    const bytes = Buffer.alloc(pageBytes);
    readSync(this.#file, bytes, 0, pageBytes, page * pageBytes);
    this.#pages.set(page, bytes);
    return bytes;
  }
}
