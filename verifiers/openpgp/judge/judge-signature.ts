import { type DocumentHash, documentHash, weakHash } from '../hash-names.ts';
import { fitsKey } from '../keys/self-signature.ts';
import type { SignaturePacket } from '../packets/signature-packet.ts';
import { formatTime, type GoodKey, judgeKey, type Objection } from './judge-key.ts';
import type { Candidate } from './ring.ts';

/** Maximum error of a signer's clock, in seconds. */
const clockSkew: number = 5 * 60;

/** A key and a signature that count if the mathematical check succeeds. */
export interface Contender {
  signature: SignaturePacket;
  candidate: Candidate;
  hash: DocumentHash;
  key: GoodKey;
}

/** Judges a signature by an allowed key before any byte of the document is read. `now` in seconds. */
export function judgeSignature(
  signature: SignaturePacket,
  candidate: Candidate,
  types: readonly number[],
  now: number,
): Contender | Objection {
  if (!types.includes(signature.type)) {
    return unsupported(`it is of type 0x${signature.type.toString(16).padStart(2, '0')}`);
  }
  const hash = documentHash(signature.hashAlgorithm);
  const weak = weakHash(signature.hashAlgorithm);
  if (weak !== undefined) return { reason: 'weak-hash', message: `it uses ${weak}` };
  if (hash === undefined)
    return unsupported(`its hash ${signature.hashAlgorithm} is not supported`);
  if (signature.unknownCritical !== undefined) {
    return unsupported(`it has an unknown critical condition (${signature.unknownCritical})`);
  }
  if (signature.created > now + clockSkew) {
    return {
      reason: 'signed-in-future',
      message: `it is dated ${formatTime(signature.created)}, in the future`,
      hint: 'Correct the clock of this machine; if it is right, do not use the bytes.',
    };
  }
  const end = signature.created + (signature.expiresAfter || Number.POSITIVE_INFINITY);
  if (now >= end) {
    return { reason: 'stale', message: `it expired on ${formatTime(end)}` };
  }
  const key = judgeKey(candidate, signature.created);
  if ('reason' in key) return key;
  // A signature cannot be by a key with another algorithm.
  if (!fitsKey(signature, candidate.packet)) {
    return { reason: 'signature-bad', message: 'it does not fit that key' };
  }
  return { signature, candidate, hash, key };
}

function unsupported(message: string): Objection {
  return {
    reason: 'unsupported',
    message,
    hint: 'Verify it with another tool, or report it to the vendor.',
  };
}
