import {
  type IntegrityError,
  refuseSignature,
  type Signer,
  type Warning,
} from '../../../src/kit.ts';
import type { SignerPolicy, Verdict } from '../../shared/verdict.ts';
import type { DocumentHash } from '../hash-names.ts';
import type { SignaturePacket } from '../packets/signature-packet.ts';
import { formatTime, type Objection } from './judge-key.ts';
import type { Contender } from './judge-signature.ts';
import { toSigner } from './ring.ts';

/**
 * The result of checking a document's signatures. The warnings are those of the signature that counts, and of
 * signatures by allowed signers that do not count.
 */
export interface OpenpgpVerdict extends Verdict {
  signedAt: Date;
  hash: DocumentHash;
  /** Version of the signature packet. */
  version: number;
  /** Every signer with a good signature, in the order of the document. */
  signers: Signer[];
}

/** One signature that does not count, and the reason. */
export interface IgnoredSignature {
  signature: SignaturePacket;
  objection: Objection;
}

/** Reasons, the most important for the document first. */
const order: readonly Objection['reason'][] = [
  'signature-bad',
  'signer-revoked',
  'signed-in-future',
  'signer-expired',
  'stale',
  'weak-hash',
  'key-unusable',
  'unsupported',
  'signer-unknown',
];

/** The verdict for good signatures, of which there must be at least one, and for those that do not count. */
export function makeVerdict(
  good: readonly [Contender, ...Contender[]],
  refusals: readonly IgnoredSignature[],
  policy: SignerPolicy,
): OpenpgpVerdict {
  const rated = good.map((contender) => ({ contender, warnings: warn(contender, policy) }));
  const least = Math.min(...rated.map(({ warnings }) => warnings.length));
  const { contender, warnings } = rated.find((one) => one.warnings.length === least) ?? {
    contender: good[0],
    warnings: [],
  };
  const ignored = refusals
    .filter(({ objection }) => objection.reason !== 'signer-unknown')
    .map(({ signature, objection }) => ({
      code: 'signature-ignored',
      message: `${policy.name}: a signature by ${nameIssuer(signature)} is not accepted: ${objection.message}`,
    }));
  return {
    signer: describe(contender),
    signedAt: new Date(contender.signature.created * 1000),
    hash: contender.hash,
    version: contender.signature.version,
    warnings: [...warnings, ...ignored],
    signers: good.map(describe),
  };
}

/** The error for a document without a signature that counts: the most important reason, and the claimed signer. */
export function makeRefusal(
  refusals: readonly IgnoredSignature[],
  policy: SignerPolicy,
): IntegrityError {
  const [gravest] = [...refusals].sort(
    (a, b) => order.indexOf(a.objection.reason) - order.indexOf(b.objection.reason),
  );
  if (gravest === undefined) {
    return refuseSignature(
      'unsupported',
      `${policy.name}: its signature is of an unknown version`,
      {
        hint: 'Verify it with another tool, or report it to the vendor.',
      },
    );
  }
  const { signature, objection } = gravest;
  return refuseSignature(
    objection.reason,
    `${policy.name}: the signature by ${nameIssuer(signature)} is not accepted: ${objection.message}`,
    {
      hint: objection.hint ?? 'Do not use the bytes; report it to the vendor if it happens again.',
      signers: [...new Set(refusals.map((refusal) => nameIssuer(refusal.signature)))],
      signedAt: formatTime(signature.created),
    },
  );
}

/** The full fingerprint if a signature gives it, else the key id. */
export function nameIssuer({ issuer }: SignaturePacket): string {
  return issuer.fingerprint ?? issuer.keyId ?? 'an unnamed key';
}

function describe({ candidate, key }: Contender): Signer {
  return toSigner(candidate, key.userId);
}

function warn({ signature, candidate, key }: Contender, policy: SignerPolicy): Warning[] {
  const warnings: Warning[] = [];
  const { fingerprint } = candidate.packet;
  if (key.until * 1000 <= policy.now.getTime()) {
    warnings.push({
      code: 'key-expired-since',
      message: `${policy.name}: key ${fingerprint} expired on ${formatTime(key.until)}, after it signed`,
    });
  }
  if (signature.version === 3) {
    warnings.push({
      code: 'legacy-signature-v3',
      message: `${policy.name}: signed by ${fingerprint} in version 3 of the format, which is obsolete`,
    });
  }
  return warnings;
}
