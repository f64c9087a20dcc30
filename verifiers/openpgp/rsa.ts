/**
 * The block in an RSA signature (RSAVP1, RFC 8017, 5.2.2), as long as the modulus; `undefined` for a value that is not
 * below the modulus. Implemented here because Deno's `publicDecrypt` cannot keep the padding; no secret is involved.
 */
export function recoverBlock(
  value: Uint8Array,
  key: { modulus: Uint8Array; exponent: Uint8Array },
): Buffer | undefined {
  const modulus = toInteger(key.modulus);
  const signature = toInteger(value);
  if (signature >= modulus) return undefined;
  const block = powerOf(signature, toInteger(key.exponent), modulus);
  return Buffer.from(block.toString(16).padStart(2 * key.modulus.length, '0'), 'hex');
}

/** Square and multiply, from the lowest bit of the exponent. */
function powerOf(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let power = 1n;
  let square = base;
  for (let bits = exponent; bits > 0n; bits >>= 1n) {
    if (bits & 1n) power = (power * square) % modulus;
    square = (square * square) % modulus;
  }
  return power;
}

function toInteger(bytes: Uint8Array): bigint {
  return BigInt(`0x0${Buffer.from(bytes).toString('hex')}`);
}
