import { viewOf } from '../../src/kit.ts';
import { mixStripes, prime1, prime2, stripeBytes } from './mix-stripes.ts';

// Further primes of the algorithm (XXH specification, section "XXH32"), as signed numbers.
const prime3 = 0xc2b2ae3d | 0;
const prime4 = 0x27d4eb2f | 0;
const prime5 = 0x165667b1 | 0;

/** XXH32 with seed 0 of bytes that arrive in pieces. */
export class XxHash32 {
  readonly #lanes: Int32Array = Int32Array.of((prime1 + prime2) | 0, prime2, 0, -prime1 | 0);
  /** Bytes that do not fill a stripe yet. */
  readonly #rest: Uint8Array = new Uint8Array(stripeBytes);
  #restBytes = 0;
  #totalBytes = 0;

  /** Goes on behind so many bytes, a multiple of sixteen, which have been mixed into these lanes. */
  static resume(lanes: ArrayLike<number>, totalBytes: number): XxHash32 {
    const hash = new XxHash32();
    hash.#lanes.set(lanes);
    hash.#totalBytes = totalBytes;
    return hash;
  }

  /** The four lanes by now. */
  get lanes(): ArrayLike<number> {
    return this.#lanes;
  }

  update(bytes: Uint8Array): void {
    this.#totalBytes += bytes.length;
    let from = 0;
    if (this.#restBytes > 0) {
      const missing = bytes.subarray(0, stripeBytes - this.#restBytes);
      this.#rest.set(missing, this.#restBytes);
      this.#restBytes += missing.length;
      if (this.#restBytes < stripeBytes) return;
      mixStripes(this.#lanes, this.#rest);
      from = missing.length;
    }
    const end = bytes.length - ((bytes.length - from) % stripeBytes);
    mixStripes(this.#lanes, bytes.subarray(from, end));
    this.#rest.set(bytes.subarray(end));
    this.#restBytes = bytes.length - end;
  }

  /** The hash as an unsigned number. */
  digest(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#lanes;
    let hash = prime5;
    if (this.#totalBytes >= stripeBytes) {
      hash = (turn(a, 1) + turn(b, 7) + turn(c, 12) + turn(d, 18)) | 0;
    }
    // The length counts modulo 2^32.
    hash = (hash + (this.#totalBytes % 0x1_0000_0000)) | 0;
    const rest = viewOf(this.#rest.subarray(0, this.#restBytes));
    let at = 0;
    for (; at + 4 <= rest.byteLength; at += 4) {
      hash = (hash + Math.imul(rest.getInt32(at, true), prime3)) | 0;
      hash = Math.imul(turn(hash, 17), prime4);
    }
    for (; at < rest.byteLength; at += 1) {
      hash = (hash + Math.imul(rest.getUint8(at), prime5)) | 0;
      hash = Math.imul(turn(hash, 11), prime1);
    }
    hash = Math.imul(hash ^ (hash >>> 15), prime2);
    hash = Math.imul(hash ^ (hash >>> 13), prime3);
    return (hash ^ (hash >>> 16)) >>> 0;
  }
}

/** XXH32 with seed 0 of bytes that are all in memory. */
export function xxHash32(bytes: Uint8Array): number {
  const hash = new XxHash32();
  hash.update(bytes);
  return hash.digest();
}

function turn(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
