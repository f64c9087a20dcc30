import { createHash } from 'node:crypto';
import {
  type EvidenceDocument,
  isImageError,
  type KeptAnswer,
  type KeySource,
  type ProofContext,
  publicUrl,
  refuseSignature,
  type Signature,
  type Signer,
  type Warning,
} from '../../src/kit.ts';
import { type KeyRing, openKeyRing } from './key-ring.ts';

/** A signature whose signers are identified by key. */
export type KeyedSignature = Exclude<Signature, { form: 'sigstore' | 'cosign' }>;

/** The keys that may sign one document, and the ones that were not available. */
export interface CollectedKeys {
  ring: KeyRing;
  /** Fingerprints that may sign. */
  signers: string[];
  /** The same signer, with the origin of its key. */
  tellOrigin(signer: Signer): Signer;
  /** Pinned keys without material. */
  missing: KeySource[];
  /** Keys that were fetched. */
  documents: EvidenceDocument[];
  /** Warnings about the way the keys came. */
  warnings: Warning[];
}

/** How long a fetched key is used before its owner is asked for a newer copy, for example one with a revocation. */
const keptForMs = 7 * 24 * 60 * 60 * 1000;

/**
 * Checks with the keys that may sign. A fetched key is kept; a newer copy is requested from time to time, and
 * immediately if the check fails with the kept one: the new copy may have a later expiry or another subkey.
 */
export async function checkWithKeys<T>(
  signature: KeyedSignature,
  context: ProofContext,
  check: (keys: CollectedKeys) => T,
): Promise<{ checked: T; keys: CollectedKeys }> {
  const keys = await collectKeys(signature, context, keptForMs);
  try {
    return { checked: check(keys), keys };
  } catch (error) {
    const failure = explainUnknown(error, keys, context);
    if (keys.documents.length === 0 || !isOutdated(failure)) throw failure;
    const renewed = await collectKeys(signature, context, 0).catch((other: unknown) => {
      if (!isImageError(other, 'ERR_KEY')) throw other;
    });
    if (renewed === undefined || renewed.missing.length > 0) throw failure;
    return { checked: check(renewed), keys: renewed };
  }
}

function isOutdated(error: unknown): boolean {
  return isImageError(error, 'ERR_UNKNOWN_SIGNER') || isImageError(error, 'ERR_SIGNER_EXPIRED');
}

/**
 * The vendor's pinned keys, with the caller's keys in addition or instead. A key that is not shipped is fetched, never
 * from the host of the document that it verifies, and counts only if it has the pinned fingerprint.
 */
async function collectKeys(
  signature: KeyedSignature,
  context: ProofContext,
  forMs: number,
): Promise<CollectedKeys> {
  const { form } = signature;
  const given = await openKeyRing(form, context.given.keys);
  if (context.given.keys.length > 0 && given.fingerprints.length === 0 && context.given.replace) {
    throw refuseSignature('key-unusable', `there is no ${form} key among the given keys`, {
      hint: 'Give a public key of the vendor, armored or as it is published (keys, --key).',
      known: [...given.notes],
    });
  }
  const pinned = context.given.replace ? [] : signature.keys;
  const materials: (Uint8Array | string)[] = [...context.given.keys];
  const missing: KeySource[] = [];
  const documents: EvidenceDocument[] = [];
  const warnings: Warning[] = [];
  for (const source of pinned) {
    if (source.key !== undefined) {
      materials.push(typeof source.key === 'string' ? source.key : await source.key());
      continue;
    }
    if (given.fingerprints.includes(source.fingerprint)) continue;
    const fetched = await fetchKey(form, source, context, forMs);
    if (fetched === undefined) missing.push(source);
    else {
      materials.push(fetched.evidence.bytes);
      documents.push(fetched.evidence);
      warnings.push(...fetched.warnings);
    }
  }
  const ring = await openKeyRing(form, materials);
  const signers = [...(context.given.replace ? [] : signature.signers), ...given.fingerprints];
  const tellOrigin = (signer: Signer): Signer => ({
    ...signer,
    keyOrigin: isOfVendor(signer, signature, given.fingerprints) ? 'vendor' : 'caller',
  });
  const keys: CollectedKeys = { ring, signers, tellOrigin, missing, documents, warnings };
  if (ring.fingerprints.length === 0) throw unreachable(keys, context);
  return keys;
}

/**
 * A key with a pinned fingerprint is the vendor's, wherever its copy came from. The number of a signify or minisign key
 * is not a hash of it, so such a key from the caller stays the caller's.
 */
function isOfVendor(
  { fingerprint, subkey }: Signer,
  { form, signers }: KeyedSignature,
  given: readonly string[],
): boolean {
  const names = new Set(signers.map((signer) => signer.replace(/\s/g, '').toUpperCase()));
  const isNamed = names.has(fingerprint) || (subkey !== undefined && names.has(subkey));
  return isNamed && (form === 'openpgp' || !given.includes(fingerprint));
}

/** The explanation for an unknown signer if pinned keys are missing: probably one of those signed. */
export function explainUnknown(
  error: unknown,
  keys: CollectedKeys,
  context: ProofContext,
): unknown {
  if (keys.missing.length === 0 || !isImageError(error, 'ERR_UNKNOWN_SIGNER')) return error;
  return unreachable(keys, context, error);
}

async function fetchKey(
  form: KeyedSignature['form'],
  { fingerprint, urls = [] }: KeySource,
  context: ProofContext,
  forMs: number,
): Promise<{ evidence: EvidenceDocument; warnings: Warning[] } | undefined> {
  // The number of a signify or minisign key is not a hash of it: any key could have it.
  const places = form === 'openpgp' ? urls : [];
  const holds = async (bytes: Uint8Array): Promise<boolean> => {
    return (await openKeyRing(form, [bytes])).fingerprints.includes(fingerprint);
  };
  const kept: KeptAnswer = {
    forMs,
    join: async (earlier, later) => {
      const { joinKeys } = await import('../openpgp/index.ts');
      return (await holds(later)) ? joinKeys(earlier, later) : undefined;
    },
  };
  for (const address of places) {
    if (address.host === context.url.host) continue;
    const url = publicUrl(address);
    // The kept file may not be a key: it may be the page of a captive portal, or an older file.
    for (const how of [{ kept }, {}]) {
      try {
        const { bytes, stale } = await context.http.get(address, {
          ...how,
          signal: context.signal,
        });
        if (await holds(bytes)) {
          const sha256 = createHash('sha256').update(bytes).digest('hex');
          return { evidence: { url, sha256, bytes }, warnings: stale ? [notRenewed(url)] : [] };
        }
        context.log({ level: 'warn', message: `${url} holds a different key, not ${fingerprint}` });
      } catch (error) {
        if (context.signal.aborted) throw context.signal.reason;
        if (!isImageError(error)) throw error;
        context.log({ level: 'info', message: `the key at ${url}: ${error.message}` });
      }
    }
  }
  return undefined;
}

function notRenewed(url: string): Warning {
  const message = `${url} could not be fetched again; the stored copy of the key is used`;
  return { code: 'stale', message };
}

function unreachable(keys: CollectedKeys, context: ProofContext, cause?: unknown): Error {
  const wanted = keys.missing.map(({ fingerprint }) => fingerprint);
  const places = keys.missing.flatMap(({ urls = [] }) => urls.map(publicUrl));
  const where = places.length === 0 ? 'from the vendor' : `from ${places.join(' or ')}`;
  const names = wanted.join(' or ');
  return refuseSignature(
    'key-unreachable',
    `the key that signs ${context.fileName} could not be fetched: ${names || 'none is known'}`,
    {
      hint: `Get the key ${where}, compare its fingerprint, and give the file: --key FILE, or the option keys.`,
      signers: wanted,
      fileName: context.fileName,
      cause,
    },
  );
}
