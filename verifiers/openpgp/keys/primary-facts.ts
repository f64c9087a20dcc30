import type { SignaturePacket } from '../packets/signature-packet.ts';
import { type PublicKey, signatureTypes } from './public-key.ts';
import { isRevoked } from './revocation.ts';
import { hashedUserId, holds } from './self-signature.ts';
import { newestStatement, type Statement } from './statement.ts';

/** What a primary key says of itself, checked. */
export interface PrimaryFacts {
  revoked: boolean;
  /** That of the key and that of its user IDs; each must allow what is done. Empty: nothing good was found. */
  statements: Statement[];
  userId: string | undefined;
}

const known = new WeakMap<PublicKey, PrimaryFacts>();

/** What a primary key says of itself, read once for each key however many signatures name it. */
export function knowPrimary(key: PublicKey): PrimaryFacts {
  const facts = known.get(key) ?? readPrimary(key);
  known.set(key, facts);
  return facts;
}

/**
 * Reads what a primary key says of itself. The key is known by its fingerprint, so these signatures are not what makes it
 * trusted, and SHA-1 is good enough to learn its end and its use from: a forger of them gains nothing without the key.
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
    // A direct-key signature may be there for another purpose, such as naming a revoker.
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

/** A key may say its use in one place and add user IDs that say nothing. */
function preferSpeaking(signatures: readonly SignaturePacket[]): readonly SignaturePacket[] {
  const speaking = signatures.filter(speaksOfUse);
  return speaking.length > 0 ? speaking : signatures;
}
