import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { refuseSignature } from '../../src/kit.ts';
import { readSubjects } from '../shared/statement.ts';
import type { Verdict } from '../shared/verdict.ts';
import { readPayload } from './payload.ts';
import { readSignedEnvelope } from './signed-envelope.ts';

/** The allowed signers, and the input of the check. */
export interface KeyPairPolicy {
  /** sha256 of public keys (DER) in upper-case hex. */
  signers: readonly string[];
  /** Texts that contain their keys, PEM. */
  keys: readonly string[];
  /** For the older form: the signature of the payload, in base64. */
  signature?: string | undefined;
  /** For messages. */
  name: string;
}

/** The signed bytes and the signature. */
interface Signed {
  bytes: Uint8Array;
  signature: Uint8Array;
  /** sha256 of its subjects, in hex. */
  subjects(): string[];
}

/**
 * Checks the output of `cosign sign --key` for a manifest: a bundle with an envelope, or in the older form the payload,
 * whose signature is stored elsewhere. No transparency log is read: the key belongs to the signer and has no expiry.
 */
export function verifyKeyPair(
  manifest: Uint8Array,
  stored: Uint8Array,
  { signers, keys, signature, name }: KeyPairPolicy,
): Verdict {
  const { bytes, signature: made, subjects } = readSigned(stored, signature, name);
  const own = keys.flatMap(readPublicKeys).filter(([print]) => signers.includes(print));
  if (own.length === 0) {
    throw refuseSignature(
      'key-unusable',
      `the key ${signers.join(' or ')} is not among the given keys`,
      {
        hint: 'Give the public key of the signer, PEM: --key FILE, or the option keys.',
        signers: [...signers],
      },
    );
  }
  const found = own.find(([, key]) => holds(bytes, key, made));
  if (found === undefined) {
    throw refuseSignature('signature-bad', `${name} is not signed by ${own[0]?.[0]}`, {
      signers: [...signers],
    });
  }
  const actual = createHash('sha256').update(manifest).digest('hex');
  const about = subjects();
  if (!about.includes(actual)) {
    throw refuseSignature('signature-bad', `the signature is for a different image than ${name}`, {
      expected: `sha256:${about[0] ?? ''}`,
      actual: `sha256:${actual}`,
    });
  }
  return { signer: { fingerprint: found[0], keyOrigin: 'caller' }, warnings: [] };
}

function readSigned(stored: Uint8Array, signature: string | undefined, name: string): Signed {
  if (signature !== undefined) {
    const subjects = () => [readPayload(stored, name)];
    return { bytes: stored, signature: Buffer.from(signature, 'base64'), subjects };
  }
  const envelope = readSignedEnvelope(stored, name);
  return { ...envelope, subjects: () => readSubjects(envelope, name) };
}

/** Public keys by their fingerprints; other content is skipped. */
function readPublicKeys(text: string): [string, KeyObject][] {
  const blocks = text.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];
  return blocks.flatMap((block): [string, KeyObject][] => {
    try {
      const key = createPublicKey(block);
      const der = key.export({ type: 'spki', format: 'der' });
      return [[createHash('sha256').update(der).digest('hex').toUpperCase(), key]];
    } catch {
      return [];
    }
  });
}

function holds(bytes: Uint8Array, key: KeyObject, signature: Uint8Array): boolean {
  const hash = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  try {
    return verify(hash, bytes, key, signature);
  } catch {
    return false;
  }
}
