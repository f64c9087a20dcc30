import { type OwnProof, type Proof, type TrustLevel, trustLevels } from '../../contracts/proof.ts';
import type { CallOptions } from '../options.ts';

/** True if `level` is at least `floor`. */
export function reaches(level: TrustLevel, floor: TrustLevel): boolean {
  return trustLevels.indexOf(level) >= trustLevels.indexOf(floor);
}

/** The better of two levels. */
export function betterLevel(a: TrustLevel, b: TrustLevel): TrustLevel {
  return reaches(a, b) ? a : b;
}

/** The best level that these proofs can reach. */
export function offeredLevel(proofs: readonly Proof[]): TrustLevel {
  return proofs.map(bestLevelOf).reduce(betterLevel, 'none');
}

/** The level that a call requires of a source that offers `offered`. */
export function demandedLevel(
  options: Pick<CallOptions, 'trust' | 'digest'>,
  offered: TrustLevel,
): TrustLevel {
  if (options.trust !== 'auto') return options.trust;
  return options.digest === undefined ? offered : 'pinned';
}

/** The level that counts for a call: the level that documents proved, raised to `pinned` by the call's own digest. */
export function effectiveLevel(proven: TrustLevel, digestGiven: boolean): TrustLevel {
  return digestGiven ? betterLevel(proven, 'pinned') : proven;
}

/**
 * The best level that a proof can give. A plug-in's proof states it itself; an unproved digest gives the lowest
 * level.
 */
export function bestLevelOf(proof: Proof): TrustLevel {
  switch (proof.kind) {
    case 'tls':
      return 'tls';
    case 'digest':
      return 'checksum';
    case 'signature':
      return proof.of === undefined ? 'signed' : 'none';
    case 'checksums':
      if (proof.signature !== undefined) return 'signed';
      return proof.via === undefined ? 'checksum' : betterLevel('checksum', bestLevelOf(proof.via));
    default:
      return (proof satisfies OwnProof as OwnProof).offers ?? 'checksum';
  }
}
