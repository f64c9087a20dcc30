import type { KeyObject } from 'node:crypto';

/**
 * ECDSA on P-256 over a digest that is known already (FIPS 186-5, section 6.4.2): Node verifies only what it has hashed
 * itself. Nothing here is secret, so nothing has to run in constant time.
 */
export function verifyP256Digest(
  key: KeyObject,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  const point = readPoint(key);
  const parts = readSignature(signature);
  if (point === undefined || parts === undefined || digest.length !== 32) return false;
  const { r, s } = parts;
  if (r < 1n || r >= order || s < 1n || s >= order) return false;
  const inverse = invert(s, order);
  const sum = add(
    multiply((toBigInt(digest) * inverse) % order, base),
    multiply((r * inverse) % order, point),
  );
  return sum !== undefined && sum.x % order === r;
}

/** Whether the key is of the one curve that `verifyP256Digest` knows. */
export function isP256(key: KeyObject): boolean {
  return key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
}

/** A point of the curve; `undefined` is the point at infinity. */
type Point = { x: bigint; y: bigint } | undefined;

// SEC 2, section 2.4.2.
const prime = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const base: Point = {
  x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
};

function add(a: Point, b: Point): Point {
  if (a === undefined) return b;
  if (b === undefined) return a;
  if (a.x === b.x && a.y !== b.y) return undefined;
  const slope =
    a.x === b.x
      ? (3n * a.x * a.x - 3n) * invert(2n * a.y, prime)
      : (b.y - a.y) * invert(b.x - a.x, prime);
  const x = modulo(slope * slope - a.x - b.x, prime);
  return { x, y: modulo(slope * (a.x - x) - a.y, prime) };
}

function multiply(factor: bigint, point: Point): Point {
  let result: Point;
  let addend = point;
  for (let rest = factor; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = add(result, addend);
    addend = add(addend, addend);
  }
  return result;
}

/** By Euclid; the modulus is prime. */
function invert(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [modulo(value, modulus), modulus, 1n, 0n];
  while (a > 1n) {
    const quotient = b / a;
    [a, b] = [b - quotient * a, a];
    [x, y] = [y - quotient * x, x];
  }
  return modulo(x, modulus);
}

function modulo(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

/** Node has seen to it that the point is on the curve when it read the key. */
function readPoint(key: KeyObject): Point {
  if (!isP256(key)) return undefined;
  const { x, y } = key.export({ format: 'jwk' });
  if (typeof x !== 'string' || typeof y !== 'string') return undefined;
  return { x: toBigInt(Buffer.from(x, 'base64url')), y: toBigInt(Buffer.from(y, 'base64url')) };
}

/** `SEQUENCE { INTEGER r, INTEGER s }` in DER; at this size every length is one byte. */
function readSignature(der: Uint8Array): { r: bigint; s: bigint } | undefined {
  if (der[0] !== 0x30 || der[1] !== der.length - 2 || der.length > 72) return undefined;
  const r = readInteger(der, 2);
  const s = r && readInteger(der, r.end);
  if (r === undefined || s === undefined || s.end !== der.length) return undefined;
  return { r: r.value, s: s.value };
}

/** A positive integer in its shortest spelling; any other is refused. */
function readInteger(der: Uint8Array, at: number): { value: bigint; end: number } | undefined {
  const length = der[at + 1] ?? 0;
  const end = at + 2 + length;
  const bytes = der.subarray(at + 2, end);
  if (der[at] !== 0x02 || length === 0 || bytes.length !== length) return undefined;
  const [first = 0, second = 0] = bytes;
  if (first >= 0x80 || (first === 0 && length > 1 && second < 0x80)) return undefined;
  return { value: toBigInt(bytes), end };
}

function toBigInt(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}
