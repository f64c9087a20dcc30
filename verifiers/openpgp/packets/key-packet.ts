import { createHash } from 'node:crypto';
import { FieldReader, malformed } from './field-reader.ts';
import { type KeyMaterial, readKeyMaterial } from './key-material.ts';

/** A public key packet or public subkey packet (RFC 9580, 5.5.2). */
export interface KeyPacket {
  version: 4 | 6;
  /** Seconds since 1970. */
  created: number;
  algorithm: number;
  material: KeyMaterial;
  /** Upper-case hex: 40 digits in version 4, 64 in version 6. */
  fingerprint: string;
  /** Upper-case hex, 16 digits. */
  keyId: string;
  /** The bytes of the packet for a hash (RFC 9580, 5.2.4). */
  hashed: Uint8Array;
}

/** Reads the body of a key packet; `undefined` for a version other than 4 and 6. */
export function readKeyPacket(body: Uint8Array): KeyPacket | undefined {
  const reader = new FieldReader(body, 'a public key');
  const version = reader.uint8();
  if (version !== 4 && version !== 6) return undefined;
  const created = reader.uint32();
  const algorithm = reader.uint8();
  const length = version === 6 ? reader.uint32() : reader.left;
  const material = readKeyMaterial(algorithm, reader.take(length), version);
  reader.end();
  const hashed = prefix(body, version);
  // RFC 9580, 5.5.4: SHA-1 and the last 8 octets in version 4, SHA-256 and the first 8 in version 6.
  const fingerprint = createHash(version === 4 ? 'sha1' : 'sha256')
    .update(hashed)
    .digest('hex')
    .toUpperCase();
  const keyId = version === 4 ? fingerprint.slice(-16) : fingerprint.slice(0, 16);
  return { version, created, algorithm, material, fingerprint, keyId, hashed };
}

/** 0x99 and two octets of length, or 0x9B and four. */
function prefix(body: Uint8Array, version: 4 | 6): Uint8Array {
  const head = Buffer.alloc(version === 4 ? 3 : 5);
  head[0] = version === 4 ? 0x99 : 0x9b;
  if (version === 4) {
    if (body.length > 0xffff) throw malformed('a public key longer than its length can say');
    head.writeUInt16BE(body.length, 1);
  } else {
    head.writeUInt32BE(body.length, 1);
  }
  return Buffer.concat([head, body]);
}
