import type { Warning } from '../../contracts/log.ts';
import type {
  Digest,
  Evidence,
  EvidenceDocument,
  Signer,
  StreamCheck,
  TrustLevel,
} from '../../contracts/proof.ts';
import { IntegrityError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import { algorithmOf } from '../../kit/digest.ts';
import { betterLevel } from './levels.ts';

/** All evidence of a call combined: the image must match every digest and size in it. */
export interface Proven {
  /** The level that documents and transport prove; the caller's own digest counts separately, as `pinned`. */
  level: TrustLevel;
  pinned: boolean;
  digests: Digest[];
  diskDigests: Digest[];
  sizeBytes?: number;
  signer?: Signer;
  signedAt?: Date;
  documents: EvidenceDocument[];
  warnings: Warning[];
  checks: StreamCheck[];
}

/**
 * Combines evidence with the level that the transport alone gives. Throws `ERR_DIGEST` or `ERR_SIZE` if digests or
 * sizes contradict each other.
 */
export function mergeEvidence(
  evidence: readonly Evidence[],
  pin: Digest | readonly Digest[] | undefined,
  transport: TrustLevel = 'none',
): Proven {
  const sizes = evidence.flatMap((one) => (one.sizeBytes === undefined ? [] : [one.sizeBytes]));
  const signed = evidence.find((one) => one.signer !== undefined && coversImage(one));
  const pins = [pin ?? []].flat();
  const merged: Proven = {
    level: evidence.map((one) => one.level).reduce(betterLevel, transport),
    pinned: pins.length > 0,
    digests: [...new Set([...pins, ...evidence.flatMap((one) => one.digests)])],
    diskDigests: [...new Set(evidence.flatMap((one) => one.diskDigests ?? []))],
    documents: evidence.flatMap((one) => one.documents),
    warnings: uniqueWarnings(evidence.flatMap((one) => one.warnings)),
    checks: evidence.flatMap((one) => (one.check === undefined ? [] : [one.check])),
    ...defined({ sizeBytes: sizes[0], signer: signed?.signer, signedAt: signed?.signedAt }),
  };
  refuseConflict(merged.digests);
  refuseConflict(merged.diskDigests);
  const other = sizes.find((size) => size !== sizes[0]);
  if (other !== undefined) throw conflict('ERR_SIZE', String(sizes[0]), String(other));
  return merged;
}

/** The signer and the date of another document say nothing about the image. */
function coversImage({ digests, diskDigests = [], check }: Evidence): boolean {
  return digests.length > 0 || diskDigests.length > 0 || check !== undefined;
}

function refuseConflict(digests: readonly Digest[]): void {
  for (const [index, digest] of digests.entries()) {
    const same = (one: Digest, at: number) =>
      at > index && algorithmOf(one) === algorithmOf(digest);
    const other = digests.find(same);
    if (other !== undefined) throw conflict('ERR_DIGEST', digest, other);
  }
}

function conflict(
  code: 'ERR_DIGEST' | 'ERR_SIZE',
  expected: string,
  actual: string,
): IntegrityError {
  return new IntegrityError({
    code,
    message: `two proofs disagree: ${expected} and ${actual}`,
    hint: 'Do not use the image; compare what the vendor publishes with the digest that you gave.',
    details: { expected, actual, reason: 'conflicting-proofs' },
  });
}

/** Warnings without repetitions of the same code and text, in order. */
export function uniqueWarnings(warnings: readonly Warning[]): Warning[] {
  return warnings.filter(
    ({ code, message }, index) =>
      index === warnings.findIndex((other) => other.code === code && other.message === message),
  );
}
