import type { SignaturePacket } from '../packets/signature-packet.ts';
import { type PublicKey, signatureTypes } from './public-key.ts';
import { isRevoked } from './revocation.ts';
import { hashedUserId, holds } from './self-signature.ts';
import { newestStatement, type Statement } from './statement.ts';

/** The checked statements of a primary key about itself. */
export interface PrimaryFacts {
  revoked: boolean;
  /** The statements of the key and of its user IDs; each must allow the use. Empty: no good one was found. */
  statements: Statement[];
  userId: string | undefined;
}

const known = new WeakMap<PublicKey, PrimaryFacts>();

/** The statements of a primary key, read once for each key, whatever the number of signatures that name it. */
export function knowPrimary(key: PublicKey): PrimaryFacts {
  const facts = known.get(key) ?? readPrimary(key);
  known.set(key, facts);
  return facts;
}

/**
 * Reads the statements of a primary key about itself. The key is identified by its fingerprint, so these signatures do
 * not make it trusted, and SHA-1 is good enough for its expiry and its use: a forged one is useless without the key.
 */
function readPrimary(key: PublicKey): PrimaryFacts {
  const { primary } = key;
  const direct = key.signatures.filter(
    (signature) =>
      signature.type === signatureTypes.directKey && holds(signature, primary, [primary.hashed]),
  );
  const named = key.userIds.flatMap(({ bytes, signatures }) =>
    signatures
      .filter(({ type }) => signatureTypes.certifications.includes(type))
      .filter((signature) => holds(signature, primary, [primary.hashed, hashedUserId(bytes)]))
      .map((signature) => ({ signature, bytes })),
  );
  const certifications = named.map(({ signature }) => signature);
  const statements = [
    // A direct-key signature may have another purpose, such as naming a revoker.
    newestStatement(direct.filter(speaksOfUse), primary),
    newestStatement(preferSpeaking(certifications), primary),
  ];
  const newest = named.reduce<(typeof named)[number] | undefined>(
    (one, other) => (one && one.signature.created >= other.signature.created ? one : other),
    undefined,
  );
  return {
    revoked: isRevoked(
      key.signatures,
      signatureTypes.keyRevocation,
      primary,
      [primary.hashed],
      [...direct, ...certifications].flatMap(({ revokers }) => revokers),
    ),
    statements: statements.filter((statement) => statement !== undefined),
    userId: newest && Buffer.from(newest.bytes).toString('utf8'),
  };
}

function speaksOfUse(signature: SignaturePacket): boolean {
  return signature.keyFlags !== undefined || signature.keyExpiresAfter !== undefined;
}

/** A key may state its use in one signature and have user IDs that state none. */
function preferSpeaking(signatures: readonly SignaturePacket[]): readonly SignaturePacket[] {
  const speaking = signatures.filter(speaksOfUse);
  return speaking.length > 0 ? speaking : signatures;
}
