import { checksumOf } from './checksum.ts';

export const logSectorBytes = 4096;

/** A log in memory: a ring of sectors; an entry may continue across its end. */
export class LogRing {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get sectors(): number {
    return this.#bytes.length / logSectorBytes;
  }

  /** One sector; an index past the end of the ring continues at its start. */
  sector(index: number): Uint8Array {
    const start = (index % this.sectors) * logSectorBytes;
    return this.#bytes.subarray(start, start + logSectorBytes);
  }

  /** The checksum of the entry in `count` sectors from `index` on. */
  checksum(index: number, count: number): number {
    const start = index * logSectorBytes;
    const end = start + count * logSectorBytes;
    const wrapped = Math.max(0, end - this.#bytes.length);
    return checksumOf(this.#bytes.subarray(start, end), this.#bytes.subarray(0, wrapped));
  }
}
