import { type Entry, readEntry } from '../../cache/entries/read.ts';
import { readEvidence } from '../../cache/records/evidence.ts';
import type { Digest, Proof, Signature, Signer, TrustLevel } from '../../contracts/proof.ts';
import { algorithmOf, hexOf } from '../../kit/digest.ts';
import type { Call } from '../call.ts';
import { demandedByWay } from './by-way.ts';
import { demandedLevel, effectiveLevel, reaches } from './levels.ts';

/** Used before upstream was asked: `auto` requires the level that the source offered when the disk was made. */
export async function isGoodBeforeAsking(call: Call, entry: Entry): Promise<boolean> {
  const { source, trust } = entry.record;
  const isPlain = URL.canParse(source.url) && call.http.plain(new URL(source.url));
  const demanded = demandedByWay(call, demandedLevel(call.options, trust.offered), isPlain);
  if (!isAllowed(call, entry)) return false;
  if (!(await hasWantedFiles(call, entry)) || !hasDigests(call, entry, [])) return false;
  return meetsTrust(call, entry, demanded);
}

/**
 * Used after upstream was asked: true for a published file with these digests that fits the call; its trust is not
 * checked here.
 */
export async function isGoodWithDigests(
  call: Call,
  entry: Entry,
  digests: readonly Digest[],
): Promise<boolean> {
  if (!isAllowed(call, entry) || !isFetched(entry)) return false;
  return (await hasWantedFiles(call, entry)) && hasDigests(call, entry, digests);
}

/** True if this call allows everything that was allowed when the disk was made. */
function isAllowed({ options }: Call, { record }: Entry): boolean {
  return (record.allowed ?? []).every(({ allowance }) => options.allow.includes(allowance));
}

/** True for a published file; a kernel or initrd that was read from a disk never replaces a published one. */
function isFetched({ record }: Entry): boolean {
  return record.facts['diskSource'] === undefined;
}

/** True if it has the layers that the call names, and the cache has the other files that the call returns. */
async function hasWantedFiles({ options, cache }: Call, entry: Entry): Promise<boolean> {
  const { layers, facts } = entry.record;
  // Boot files have no layers.
  const hasLayers = layers.length === 0 || options.from.every((id, i) => layers[i] === id);
  if (!hasLayers || (options.keepSource && entry.source === undefined)) return false;
  const { manifest } = facts;
  return manifest === undefined || (await readEntry(cache, manifest)) !== undefined;
}

/** True if its source has these digests, and the one that the caller gave. */
function hasDigests({ options }: Call, { record }: Entry, digests: readonly Digest[]): boolean {
  const given = options.digest === undefined ? [] : [options.digest];
  const wanted = [...given, ...options.pins, ...digests];
  return wanted.every((one) => record.source[algorithmOf(one)] === hexOf(one));
}

/** True if the recorded trust is enough for the call. */
export async function meetsTrust(
  call: Call,
  entry: Entry,
  demanded: TrustLevel,
  signers?: ReadonlySet<string>,
): Promise<boolean> {
  const { digest, maxAge, now } = call.options;
  const { trust } = entry.record;
  if (!reaches(effectiveLevel(trust.level, digest !== undefined), demanded)) return false;
  if (maxAge !== undefined && !isYoung(trust.signedAt, now.getTime() - maxAge)) return false;
  // The caller's own digest is enough; a signature adds nothing that this call needs.
  if (trust.level !== 'signed' || (digest !== undefined && demanded !== 'signed')) return true;
  return isSignerAllowed(call, entry, signers);
}

/** A disk whose signature has no date is of unknown age. */
function isYoung(signedAt: string | undefined, oldest: number): boolean {
  return signedAt !== undefined && Date.parse(signedAt) >= oldest;
}

/**
 * Whether this call allows the key that signed the disk: one that the vendor still names, or one of the keys that
 * this call brings too. `signers` are those that the vendor names now, if it was asked.
 */
export async function isSignerAllowed(
  call: Call,
  { name, record }: Entry,
  signers?: ReadonlySet<string>,
): Promise<boolean> {
  const { signer } = record.trust;
  const isOfVendor = signer?.keyOrigin === 'vendor';
  if (isOfVendor && !call.keys.replace) return signers === undefined || isAmong(signer, signers);
  const kept = await readEvidence(call.cache, name).catch(() => undefined);
  if (kept === undefined || (call.keys.replace && !kept.given.replace)) return false;
  return kept.given.keys.every((key) => call.keys.keys.includes(key));
}

/** The vendor names a signer without a key, as with Sigstore, in another way. */
function isAmong({ fingerprint, subkey }: Signer, signers: ReadonlySet<string>): boolean {
  if (signers.size === 0 || signers.has(fingerprint)) return true;
  return subkey !== undefined && signers.has(subkey);
}

/** The keys that a vendor names for an image. */
export function signersOf(proofs: readonly Proof[]): ReadonlySet<string> {
  const names = proofs.flatMap((proof): readonly string[] => {
    switch (proof.kind) {
      case 'checksums':
        return [
          ...keysOf(proof.signature),
          ...signersOf(proof.via === undefined ? [] : [proof.via]),
        ];
      case 'signature':
        // The signer of another document is not a signer of the image.
        return proof.of === undefined ? keysOf(proof.signature) : [];
      default:
        return [];
    }
  });
  return new Set(names.map((name) => name.replace(/\s/g, '').toUpperCase()));
}

function keysOf(signature: Signature | undefined): readonly string[] {
  return signature === undefined || signature.form === 'sigstore' ? [] : signature.signers;
}
