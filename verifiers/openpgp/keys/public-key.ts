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

/** What a primary key says of one of its user IDs. */
interface UserId {
  bytes: Uint8Array;
  signatures: SignaturePacket[];
}

/** A subkey with what its primary key signed over it. */
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

/**
 * One key of each fingerprint, and under it one subkey of each: two copies may each know what the other does not, such as a
 * revocation.
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
