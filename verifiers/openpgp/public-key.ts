import type { KeyPacket } from './key-packet.ts';
import type { SignaturePacket } from './signature-packet.ts';

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

/** What a primary key says of one of its user IDs. */
export interface UserId {
  bytes: Uint8Array;
  signatures: SignaturePacket[];
}

export interface Subkey {
  packet: KeyPacket;
  signatures: SignaturePacket[];
}

/**
 * A primary key with what stands under it, as it was read: nothing of it has been checked. Signatures of other people are
 * left out.
 */
export interface PublicKey {
  /** Of the primary key: upper-case hex, all of it. */
  fingerprint: string;
  primary: KeyPacket;
  /** Direct-key signatures and revocations of the primary key. */
  signatures: SignaturePacket[];
  userIds: UserId[];
  subkeys: Subkey[];
}

/** True where a signature says to be by this key, or does not say. */
export function mayBeBy(signature: SignaturePacket, key: KeyPacket): boolean {
  const { fingerprint, keyId } = signature.issuer;
  if (fingerprint !== undefined) return fingerprint === key.fingerprint;
  return keyId === undefined || keyId === key.keyId;
}

/** Two copies of keys may each know what the other does not, such as a revocation: one key of each fingerprint. */
export function mergeCopies(keys: readonly PublicKey[]): PublicKey[] {
  const merged = new Map<string, PublicKey>();
  for (const key of keys) {
    const known = merged.get(key.fingerprint);
    merged.set(key.fingerprint, known === undefined ? key : mergeTwo(known, key));
  }
  return [...merged.values()];
}

function mergeTwo(one: PublicKey, other: PublicKey): PublicKey {
  const subkeys = new Map<string, Subkey>();
  for (const subkey of [...one.subkeys, ...other.subkeys]) {
    const known = subkeys.get(subkey.packet.fingerprint)?.signatures ?? [];
    subkeys.set(subkey.packet.fingerprint, {
      packet: subkey.packet,
      signatures: [...known, ...subkey.signatures],
    });
  }
  return {
    ...one,
    signatures: [...one.signatures, ...other.signatures],
    userIds: [...one.userIds, ...other.userIds],
    subkeys: [...subkeys.values()],
  };
}
