import { countSteps } from '../../../src/kit.ts';
import { documentHash, keyHash, saltBytes } from '../hash-names.ts';
import { algorithms } from '../packets/key-material.ts';
import type { KeyPacket } from '../packets/key-packet.ts';
import type { SignaturePacket } from '../packets/signature-packet.ts';
import { SignatureCheck } from '../signature-check.ts';

/** Whether a key could have made a signature at all: the same algorithm, and matching versions. */
export function fitsKey(signature: SignaturePacket, key: KeyPacket): boolean {
  if (signature.keyAlgorithm !== key.algorithm) return false;
  // RFC 9580, 5.2: version 6 keys make only version 6 signatures, and other keys make none of them.
  if ((signature.version === 6) !== (key.version === 6)) return false;
  // Version 3 is older than the other algorithms.
  if (signature.version === 3) return signature.keyAlgorithm === algorithms.rsa;
  const hash = documentHash(signature.hashAlgorithm);
  return (
    signature.version !== 6 || (hash !== undefined && signature.salt.length === saltBytes(hash))
  );
}

/** Whether a signature in a key is valid: `parts` are the signed bytes. */
export function holds(signature: SignaturePacket, key: KeyPacket, parts: Uint8Array[]): boolean {
  const hash = keyHash(signature.hashAlgorithm);
  if (hash === undefined || !fitsKey(signature, key)) return false;
  const check = new SignatureCheck(signature, key, hash);
  for (const part of parts) check.update(part);
  countSteps('openpgp-key', 1);
  return check.finish();
}

/** Whether `holds` can decide it. */
export function isCheckable(signature: SignaturePacket): boolean {
  return keyHash(signature.hashAlgorithm) !== undefined;
}

/** The bytes of a user ID for a hash (RFC 9580, 5.2.4): 0xB4, four octets of length, the bytes. */
export function hashedUserId(bytes: Uint8Array): Uint8Array {
  const head = Buffer.from([0xb4, 0, 0, 0, 0]);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}
