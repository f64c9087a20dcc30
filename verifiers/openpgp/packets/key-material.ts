import { FieldReader, malformed } from './field-reader.ts';

/** Public-key algorithms (RFC 9580, 9.1). */
export const algorithms = { rsa: 1, rsaSign: 3, ecdsa: 19, eddsaLegacy: 22, ed25519: 27 } as const;

/** NIST curves, as Node and JSON Web Keys name them. */
type Curve = 'P-256' | 'P-384' | 'P-521';
/** The numbers of a public key, by their use. */
export type KeyMaterial =
  | { kind: 'rsa'; modulus: Uint8Array; exponent: Uint8Array }
  | { kind: 'ed25519'; point: Uint8Array }
  | { kind: 'ecdsa'; curve: Curve; x: Uint8Array; y: Uint8Array }
  /** A key that can be named but not used. */
  | { kind: 'unusable'; why: string };

/** Curves by their object identifier (RFC 9580, 9.2), and the bytes of a coordinate. */
const curves: Readonly<Record<string, { curve: Curve; size: number }>> = {
  '2a8648ce3d030107': { curve: 'P-256', size: 32 },
  '2b81040022': { curve: 'P-384', size: 48 },
  '2b81040023': { curve: 'P-521', size: 66 },
};
const ed25519Legacy = '2b06010401da470f01';

/**
 * The fields after the algorithm in a public key packet (RFC 9580, 5.5.5). `malformed` if they do not fit the
 * algorithm.
 */
export function readKeyMaterial(
  algorithm: number,
  bytes: Uint8Array,
  version: number,
): KeyMaterial {
  const reader = new FieldReader(bytes, 'a public key');
  const material = readKnown(algorithm, reader, version);
  if (material === undefined)
    return { kind: 'unusable', why: `its algorithm ${algorithm} is not supported` };
  if (material.kind !== 'unusable') reader.end();
  return material;
}

function readKnown(
  algorithm: number,
  reader: FieldReader,
  version: number,
): KeyMaterial | undefined {
  switch (algorithm) {
    case algorithms.rsa:
    case algorithms.rsaSign:
      return readRsa(reader, version);
    case algorithms.ecdsa:
      return readEcdsa(reader, version);
    case algorithms.eddsaLegacy:
      // RFC 9580, 5.5.5.5: not allowed in version 6.
      return version === 6 ? undefined : readEddsaLegacy(reader, version);
    case algorithms.ed25519:
      return { kind: 'ed25519', point: reader.take(32) };
    default:
      return undefined;
  }
}

/** Vendors sign with 2048 to 4096 bits; OpenSSL itself limits the exponent for long moduli. */
function readRsa(reader: FieldReader, version: number): KeyMaterial {
  const modulus = readMpi(reader, version);
  const exponent = readMpi(reader, version);
  const bits = bitLength(modulus);
  if (bits < 2048 || bits > 4096)
    return { kind: 'unusable', why: `RSA of ${bits} bits, not 2048 to 4096` };
  const low = exponent.at(-1) ?? 0;
  if (exponent.length > 4 || low % 2 === 0 || (exponent.length === 1 && low === 1)) {
    return { kind: 'unusable', why: 'its RSA exponent is not an odd number from 3 to 32 bits' };
  }
  return { kind: 'rsa', modulus, exponent };
}

function readEcdsa(reader: FieldReader, version: number): KeyMaterial {
  const known = curves[readOid(reader)];
  const point = readMpi(reader, version);
  if (known === undefined) return { kind: 'unusable', why: 'its curve is not supported' };
  const { curve, size } = known;
  // SEC 1, 2.3.3: an uncompressed point.
  if (point[0] !== 4 || point.length !== 1 + 2 * size) {
    return { kind: 'unusable', why: 'its point is not on the curve it names' };
  }
  return { kind: 'ecdsa', curve, x: point.subarray(1, 1 + size), y: point.subarray(1 + size) };
}

function readEddsaLegacy(reader: FieldReader, version: number): KeyMaterial {
  const oid = readOid(reader);
  const point = readMpi(reader, version);
  if (oid !== ed25519Legacy) return { kind: 'unusable', why: 'its curve is not supported' };
  // RFC 9580, 11.2.2: a native point after the prefix 0x40.
  if (point[0] !== 0x40 || point.length !== 33) {
    return { kind: 'unusable', why: 'its point is not one of Ed25519' };
  }
  return { kind: 'ed25519', point: point.subarray(1) };
}

function readOid(reader: FieldReader): string {
  return Buffer.from(reader.take(reader.uint8())).toString('hex');
}

/**
 * A multiprecision integer (RFC 9580, 3.2) without leading zeros. Its bit count must be exact in version 6; in other
 * versions some writers count leading zero bits of EdDSA values, so only the number of bytes must fit.
 */
export function readMpi(reader: FieldReader, version: number): Uint8Array {
  const bits = reader.uint16();
  const bytes = reader.take(Math.ceil(bits / 8));
  const significant = stripZeros(bytes);
  if (version === 6 && bitLength(significant) !== bits) {
    throw malformed('a multiprecision integer says a wrong length');
  }
  return significant;
}

/** The number of bits without leading zeros. */
function bitLength(significant: Uint8Array): number {
  const [first] = significant;
  return first === undefined ? 0 : (significant.length - 1) * 8 + (32 - Math.clz32(first));
}

/** The number in exactly this many bytes; `undefined` if it does not fit. */
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
