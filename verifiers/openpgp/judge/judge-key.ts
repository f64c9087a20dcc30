import type { SignatureReason } from '../../../src/kit.ts';
import { knowPrimary } from '../keys/primary-facts.ts';
import type { Statement } from '../keys/statement.ts';
import { knowSubkey } from '../keys/subkey-facts.ts';
import type { Candidate } from './ring.ts';

/** The reason why a key or signature does not count. */
export interface Objection {
  reason: SignatureReason;
  /** Continues a sentence that begins with the key. */
  message: string;
  hint?: string;
}

/** The expiry and the owner of a key that may sign. */
export interface GoodKey {
  /** Seconds since 1970; `Infinity`: never. */
  until: number;
  userId: string | undefined;
}

/**
 * Whether a key may have made a signature at a time (seconds since 1970): checks the key and its primary key, by their
 * newest self-signatures.
 */
export function judgeKey(candidate: Candidate, signedAt: number): GoodKey | Objection {
  const { key, subkey, packet, pinned } = candidate;
  if (packet.material.kind === 'unusable') return unusable(packet.material.why);
  const primary = knowPrimary(key);
  if (primary.revoked) return revoked('its owner revoked it');
  if (primary.statements.length === 0) return unusable('it has no good signature over itself');
  const statements = [...primary.statements];
  if (subkey === undefined) {
    if (statements.some(({ signs }) => signs === false))
      return unusable('it may not sign documents');
  } else {
    const facts = knowSubkey(key, subkey, pinned);
    if (facts.revoked) return revoked(`the owner of ${key.fingerprint} revoked it`);
    if (facts.onlyWeak) {
      const why = `${key.fingerprint} signed it with SHA-1 only`;
      return {
        ...unusable(why),
        hint: 'Allow this key by its own fingerprint, or get a new copy of it.',
      };
    }
    if (facts.statement === undefined) return unusable(`${key.fingerprint} did not sign it`);
    if (facts.statement.signs !== true) return unusable('it may not sign documents');
    if (!facts.signedBack) return unusable(`it does not name its owner ${key.fingerprint}`);
    statements.push(facts.statement);
  }
  return (
    judgeStatements(statements, Math.max(packet.created, key.primary.created), signedAt) ?? {
      until: Math.min(...statements.map(({ until }) => until)),
      userId: primary.userId,
    }
  );
}

function judgeStatements(
  statements: readonly Statement[],
  from: number,
  signedAt: number,
): Objection | undefined {
  const unknown = statements.find(({ unknownCritical }) => unknownCritical !== undefined);
  if (unknown !== undefined) {
    return unusable(`it has an unknown critical condition (${unknown.unknownCritical})`);
  }
  if (signedAt < from) return expired(`it was made on ${formatTime(from)}, after the signature`);
  const over = statements.find(({ until }) => signedAt >= until);
  return over && expired(`it expired on ${formatTime(over.until)}`);
}

/** Formats seconds since 1970 for messages. */
export function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

function unusable(message: string): Objection {
  return {
    reason: 'key-unusable',
    message,
    hint: 'Get the key again from its owner, or choose another signer.',
  };
}

function revoked(message: string): Objection {
  return {
    reason: 'signer-revoked',
    message,
    hint: 'Read what the vendor says about it, and give the key that replaces it (keys, --key).',
  };
}

function expired(message: string): Objection {
  return {
    reason: 'signer-expired',
    message,
    hint: 'Get the key again: vendors extend a key by signing it again.',
  };
}
