import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { KeyMaterial } from './key-material.ts';

/** The key as Node takes it; `undefined` where Node does not, as for a point off its curve. */
export function makeVerifyKey(material: KeyMaterial): KeyObject | undefined {
  const key = toJwk(material);
  if (key === undefined) return undefined;
  try {
    return createPublicKey({ key, format: 'jwk' });
  } catch {
    return undefined;
  }
}

function toJwk(material: KeyMaterial): JsonWebKey | undefined {
  switch (material.kind) {
    case 'rsa':
      return { kty: 'RSA', n: base64url(material.modulus), e: base64url(material.exponent) };
    case 'ed25519':
      return { kty: 'OKP', crv: 'Ed25519', x: base64url(material.point) };
    case 'ecdsa':
      return {
        kty: 'EC',
        crv: material.curve,
        x: base64url(material.x),
        y: base64url(material.y),
      };
    case 'unusable':
      return undefined;
  }
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
