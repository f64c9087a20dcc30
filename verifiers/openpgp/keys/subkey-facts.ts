import { isImageError } from '../../../src/kit.ts';
import { documentHash } from '../hash-names.ts';
import type { KeyPacket } from '../packets/key-packet.ts';
import { readSignature, type SignaturePacket } from '../packets/signature-packet.ts';
import { type PublicKey, type Subkey, signatureTypes } from './public-key.ts';
import { isRevoked } from './revocation.ts';
import { holds } from './self-signature.ts';
import { newestStatement, type Statement } from './statement.ts';

/** The checked statements of a primary key about one of its subkeys. */
export interface SubkeyFacts {
  revoked: boolean;
  /** `undefined`: no good binding was found. */
  statement: Statement | undefined;
  /** The subkey has signed its binding to the primary key. */
  signedBack: boolean;
  /** There are bindings whose only fault is their hash, SHA-1. */
  onlyWeak: boolean;
}

const known = new WeakMap<Subkey, SubkeyFacts>();

/** The bindings of a subkey, read once for each, whatever the number of signatures that name it. */
export function knowSubkey(key: PublicKey, subkey: Subkey, pinned: boolean): SubkeyFacts {
  const facts = known.get(subkey) ?? readSubkey(key, subkey, pinned);
  known.set(subkey, facts);
  return facts;
}

/**
 * Reads the bindings of a subkey (RFC 9580, 5.2.1.8 and 5.2.1.9). A binding with SHA-1 could make a foreign key
 * trusted, so it counts only if the subkey itself is identified by its fingerprint (`pinned`).
 */
function readSubkey(key: PublicKey, subkey: Subkey, pinned: boolean): SubkeyFacts {
  const parts = [key.primary.hashed, subkey.packet.hashed];
  const isAllowed = ({ hashAlgorithm }: SignaturePacket): boolean =>
    pinned || documentHash(hashAlgorithm) !== undefined;
  const good = subkey.signatures.filter(
    (signature) =>
      signature.type === signatureTypes.subkeyBinding && holds(signature, key.primary, parts),
  );
  const allowed = good.filter(isAllowed);
  return {
    revoked: isRevoked(subkey.signatures, signatureTypes.subkeyRevocation, key.primary, parts),
    statement: newestStatement(allowed, subkey.packet),
    signedBack: allowed
      .flatMap(({ embedded }) => embedded)
      .some((body) => isBackSignature(body, subkey.packet, parts, isAllowed)),
    onlyWeak: good.length > 0 && allowed.length === 0,
  };
}

/** Without this signature a primary key could claim another owner's subkey (RFC 9580, 5.2.1.9). */
function isBackSignature(
  body: Uint8Array,
  subkey: KeyPacket,
  parts: Uint8Array[],
  isAllowed: (signature: SignaturePacket) => boolean,
): boolean {
  const signature = readEmbedded(body);
  return (
    signature?.type === signatureTypes.primaryKeyBinding &&
    isAllowed(signature) &&
    holds(signature, subkey, parts)
  );
}

/** It is usually in the area that is not signed, so an unreadable one is ignored. */
function readEmbedded(body: Uint8Array): SignaturePacket | undefined {
  try {
    return readSignature(body);
  } catch (error) {
    if (!isImageError(error)) throw error;
    return undefined;
  }
}
