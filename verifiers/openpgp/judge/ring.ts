import { defined, type Signer, UsageError } from '../../../src/kit.ts';
import type { SignerPolicy } from '../../shared/verdict.ts';
import { mergeCopies, type PublicKey, type Subkey } from '../keys/public-key.ts';
import { normalizeFingerprint } from '../keys/read-keys.ts';
import { limits } from '../limits.ts';
import type { KeyPacket } from '../packets/key-packet.ts';
import type { SignaturePacket } from '../packets/signature-packet.ts';

/** A key that may have made a signature: a primary key, or a subkey of it. */
export interface Candidate {
  key: PublicKey;
  /** Absent: the primary key itself. */
  subkey: Subkey | undefined;
  packet: KeyPacket;
  /** The policy lists the subkey by its own fingerprint. */
  pinned: boolean;
}

/** Finds the keys that signatures name. */
export interface Ring {
  /** Allowed keys that were given. */
  allowed(signature: SignaturePacket): Candidate[];
  /** Whether any given key has that name. */
  knows(signature: SignaturePacket): boolean;
}

/** Indexes keys by fingerprint and key id. `UsageError` for a signer that is not a full fingerprint. */
export function makeRing(keys: readonly PublicKey[], policy: SignerPolicy): Ring {
  const signers = policy.signers && new Set(policy.signers.map(readFingerprint));
  const named = new Map<string, Candidate[]>();
  for (const candidate of mergeCopies(keys).flatMap((key) => listCandidates(key, signers))) {
    for (const name of [candidate.packet.fingerprint, candidate.packet.keyId]) {
      const others = named.get(name);
      if (others === undefined) named.set(name, [candidate]);
      else others.push(candidate);
    }
  }
  const find = ({ issuer }: SignaturePacket): Candidate[] =>
    named.get(issuer.fingerprint ?? issuer.keyId ?? '') ?? [];
  const isAllowed = ({ key, pinned }: Candidate): boolean =>
    signers === undefined || pinned || signers.has(key.fingerprint);
  return {
    allowed: (signature) => find(signature).filter(isAllowed).slice(0, limits.candidates),
    knows: (signature) => find(signature).length > 0,
  };
}

/** The candidate in the form of a result. */
export function toSigner(candidate: Candidate, userId: string | undefined): Signer {
  return defined({
    fingerprint: candidate.key.fingerprint,
    subkey: candidate.subkey && candidate.packet.fingerprint,
    userId,
  });
}

function listCandidates(key: PublicKey, signers: ReadonlySet<string> | undefined): Candidate[] {
  return [
    { key, subkey: undefined, packet: key.primary, pinned: false },
    ...key.subkeys.map((subkey) => ({
      key,
      subkey,
      packet: subkey.packet,
      pinned: signers?.has(subkey.packet.fingerprint) ?? false,
    })),
  ];
}

/** A key id does not identify a key: another key with the same id can be made. */
function readFingerprint(signer: string): string {
  const fingerprint = normalizeFingerprint(signer);
  if (/^(?:[0-9A-F]{40}|[0-9A-F]{64})$/.test(fingerprint)) return fingerprint;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `not a full OpenPGP fingerprint: ${signer}`,
    hint: 'Give all 40 (or 64) hexadecimal digits.',
    details: { field: 'signers', value: signer },
  });
}
