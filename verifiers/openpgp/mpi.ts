import type { ByteReader } from './byte-reader.ts';
import { malformed } from './malformed.ts';

/**
 * A multiprecision integer (RFC 9580, 3.2) without leading zeros. Its bit count must be exact in version 6; elsewhere writers
 * are known that count leading zero bits of EdDSA values, so only the bytes are bound.
 */
export function readMpi(reader: ByteReader, version: number): Uint8Array {
  const bits = reader.uint16();
  const bytes = reader.take(Math.ceil(bits / 8));
  const significant = stripZeros(bytes);
  if (version === 6 && bitLength(significant) !== bits) {
    throw malformed('a multiprecision integer says a wrong length');
  }
  return significant;
}

/** How many bits a number without leading zeros has. */
export function bitLength(significant: Uint8Array): number {
  const [first] = significant;
  return first === undefined ? 0 : (significant.length - 1) * 8 + (32 - Math.clz32(first));
}

/** The number in exactly so many bytes; `undefined` where it does not fit. */
export function padLeft(significant: Uint8Array, length: number): Uint8Array | undefined {
  if (significant.length > length) return undefined;
  const padded = new Uint8Array(length);
  padded.set(significant, length - significant.length);
  return padded;
}

function stripZeros(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  return first === -1 ? new Uint8Array() : bytes.subarray(first);
}
