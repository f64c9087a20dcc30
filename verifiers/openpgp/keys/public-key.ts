import type { KeyPacket } from '../packets/key-packet.ts';
import type { SignaturePacket } from '../packets/signature-packet.ts';

/** Signature types (RFC 9580, 5.2.1). */
export const signatureTypes = {
  binary: 0x00,
  text: 0x01,
  certifications: [0x10, 0x11, 0x12, 0x13] as readonly number[],
  subkeyBinding: 0x18,
  primaryKeyBinding: 0x19,
  directKey: 0x1f,
  keyRevocation: 0x20,
  subkeyRevocation: 0x28,
} as const;

/** A user ID with the signatures of its primary key. */
interface UserId {
  bytes: Uint8Array;
  signatures: SignaturePacket[];
}

/** A subkey with the signatures of its primary key. */
export interface Subkey {
  packet: KeyPacket;
  signatures: SignaturePacket[];
}

/**
 * A primary key with its user IDs and subkeys, as read: nothing of it has been checked. Signatures by other keys are
 * left out.
 */
export interface PublicKey {
  /** Full fingerprint of the primary key: upper-case hex. */
  fingerprint: string;
  primary: KeyPacket;
  /** Direct-key signatures and revocations of the primary key. */
  signatures: SignaturePacket[];
  userIds: UserId[];
  subkeys: Subkey[];
}

/** True if a signature names this key as its signer, or names none. */
export function mayBeBy(signature: SignaturePacket, key: KeyPacket): boolean {
  const { fingerprint, keyId } = signature.issuer;
  if (fingerprint !== undefined) return fingerprint === key.fingerprint;
  return keyId === undefined || keyId === key.keyId;
}

/**
 * Merges the keys with one fingerprint, and their subkeys with one fingerprint: each copy may have packets that the
 * other lacks, such as a revocation.
 */
export function mergeCopies(keys: readonly PublicKey[]): PublicKey[] {
  const groups = new Map<string, [PublicKey, ...PublicKey[]]>();
  for (const key of keys) {
    const group = groups.get(key.fingerprint);
    if (group === undefined) groups.set(key.fingerprint, [key]);
    else group.push(key);
  }
  return [...groups.values()].map((copies) => ({
    ...copies[0],
    signatures: copies.flatMap(({ signatures }) => signatures),
    userIds: copies.flatMap(({ userIds }) => userIds),
    subkeys: mergeSubkeys(copies.flatMap(({ subkeys }) => subkeys)),
  }));
}

function mergeSubkeys(subkeys: readonly Subkey[]): Subkey[] {
  const merged = new Map<string, Subkey>();
  for (const { packet, signatures } of subkeys) {
    const known = merged.get(packet.fingerprint);
    if (known === undefined)
      merged.set(packet.fingerprint, { packet, signatures: [...signatures] });
    else known.signatures.push(...signatures);
  }
  return [...merged.values()];
}
