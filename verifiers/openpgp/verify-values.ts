import { createPublicKey, type JsonWebKey, type KeyObject, type Verify, verify } from 'node:crypto';
import { isImageError } from '../../src/kit.ts';
import type { KeyHash } from './hash-names.ts';
import { FieldReader } from './packets/field-reader.ts';
import { algorithms, type KeyMaterial, padLeft, readMpi } from './packets/key-material.ts';
import type { SignaturePacket } from './packets/signature-packet.ts';
import { recoverBlock } from './rsa.ts';

/** DER of `DigestInfo` up to the digest (RFC 8017, 9.2, note 1). */
const digestInfo: Readonly<Record<KeyHash, string>> = {
  sha1: '3021300906052b0e03021a05000414',
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
};

/** The key in Node's form; `undefined` if Node refuses it, as for a point off its curve. */
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

/**
 * RSASSA-PKCS1-v1_5 (RFC 8017, 8.2.2): the whole encoded message is built again and compared, so nothing of the
 * signature is parsed. The caller computes the digest, because some builds of OpenSSL can hash with SHA-1 but refuse
 * its signatures.
 */
export function checkRsa(
  signature: SignaturePacket,
  key: { modulus: Uint8Array; exponent: Uint8Array },
  hash: KeyHash,
  digest: Uint8Array,
): boolean {
  return withoutError(() => {
    const [value] = readMpis(signature, 1);
    const encoded = value && recoverBlock(value, key);
    if (encoded === undefined) return false;
    return encoded.equals(encodeDigest(hash, digest, encoded.length));
  });
}

/** 00 01 FF … FF 00, then DigestInfo (RFC 8017, 9.2). */
function encodeDigest(hash: KeyHash, digest: Uint8Array, length: number): Buffer {
  const info = Buffer.concat([Buffer.from(digestInfo[hash], 'hex'), digest]);
  const encoded = Buffer.alloc(length, 0xff);
  encoded.set([0, 1]);
  encoded.set([0], length - info.length - 1);
  encoded.set(info, length - info.length);
  return encoded;
}

/** Ed25519 over the digest: 64 octets (RFC 9580, 5.2.3.4), or R and S as integers (5.2.3.3). */
export function checkEddsa(
  signature: SignaturePacket,
  key: KeyObject,
  digest: Uint8Array,
): boolean {
  return withoutError(() => {
    const native = signature.keyAlgorithm === algorithms.ed25519;
    const value = native ? signature.values : joinPair(readMpis(signature, 2), 32);
    return value?.length === 64 && verify(null, digest, key, value);
  });
}

/** ECDSA (RFC 9580, 5.2.3.2): r and s, each as long as a coordinate. */
export function checkEcdsa(
  signature: SignaturePacket,
  key: KeyObject,
  data: Verify | undefined,
  size: number,
): boolean {
  return withoutError(() => {
    const value = joinPair(readMpis(signature, 2), size);
    if (value === undefined || data === undefined) return false;
    return data.verify({ key, dsaEncoding: 'ieee-p1363' }, value);
  });
}

/** This many integers, and nothing after them. */
function readMpis(signature: SignaturePacket, count: number): Uint8Array[] {
  const reader = new FieldReader(signature.values, 'a signature value');
  const values = Array.from({ length: count }, () => readMpi(reader, signature.version));
  reader.end();
  return values;
}

function joinPair(pair: readonly Uint8Array[], size: number): Uint8Array | undefined {
  const [left, right] = pair.map((value) => padLeft(value, size));
  return left && right && Buffer.concat([left, right]);
}

/** Readers throw for malformed integers; here they mean that the check failed. */
function withoutError(check: () => boolean): boolean {
  try {
    return check();
  } catch (error) {
    if (isImageError(error)) return false;
    throw error;
  }
}
