import { crc32 } from 'node:zlib';

const stepBytes = 32 * 1024;

/**
 * The CRC-32 of bzip2, which takes the bits of a byte in the opposite order to zlib. With the bits of each byte and of
 * the result reversed it equals zlib's CRC, which is many times faster than a table in JavaScript.
 */
export class BlockCrc {
  #crc = 0;
  readonly #words: Uint32Array = new Uint32Array(stepBytes / 4);
  readonly #bytes: Uint8Array = new Uint8Array(this.#words.buffer);

  /** Starts a new CRC. */
  reset(): void {
    this.#crc = 0;
  }

  update(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += stepBytes) {
      const step = bytes.subarray(at, at + stepBytes);
      this.#bytes.set(step);
      const words = this.#words;
      const length = (step.length + 3) >>> 2;
      for (let i = 0; i < length; i += 1) words[i] = turnBytes(words[i] ?? 0);
      this.#crc = crc32(this.#bytes.subarray(0, step.length), this.#crc);
    }
  }

  value(): number {
    const turned = turnBytes(this.#crc);
    const swapped =
      (turned << 24) | ((turned & 0xff00) << 8) | ((turned >>> 8) & 0xff00) | (turned >>> 24);
    return swapped >>> 0;
  }
}

/** Reverses the bits of each of four bytes; the bytes keep their places. */
function turnBytes(word: number): number {
  const ones = ((word >>> 1) & 0x55555555) | ((word & 0x55555555) << 1);
  const twos = ((ones >>> 2) & 0x33333333) | ((ones & 0x33333333) << 2);
  return ((twos >>> 4) & 0x0f0f0f0f) | ((twos & 0x0f0f0f0f) << 4);
}
