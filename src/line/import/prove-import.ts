import type { Entry } from '../../cache/entries/read.ts';
import { rewriteRecord } from '../../cache/entries/rewrite.ts';
import {
  parseEvidence,
  proofsOf,
  type StoredEvidence,
  storeEvidence,
  writeEvidence,
} from '../../cache/records/evidence.ts';
import type { KeySource, Proof, Signature } from '../../contracts/proof.ts';
import { isImageError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import type { Call } from '../call.ts';
import { proveSigned } from '../trust/prove-again.ts';
import { evidenceOf } from '../trust/record-trust.ts';
import { waitForName } from '../wait.ts';

/** No key of the archive counts: those that the vendor of this package names stand in their place. */
const noKeys = { keys: [], replace: false };

/**
 * Raises an imported entry to `signed` where the documents of the archive show that a key of its vendor, as this package
 * names it, signed its download. Gives back the level that the entry has then; what cannot be shown changes nothing.
 */
export async function proveImport(call: Call, entry: Entry, text: string): Promise<Entry> {
  const { vendor } = entry.record.identity;
  const keys = call.parts.vendors.get(vendor)?.keys ?? [];
  const claimed = parseEvidence(text);
  const proofs = proofsOf(claimed).flatMap((proof) => withKeys(proof, keys) ?? []);
  if (proofs.length === 0) return entry;
  const stored: StoredEvidence = await storeEvidence({ ...claimed.artifact, proofs }, noKeys, []);
  const kept: StoredEvidence = { ...stored, documents: claimed.documents };
  const context = { signal: call.signal, log: call.options.log, now: call.options.now };
  const proven = await proveSigned(call.parts, kept, entry, context).catch((error: unknown) => {
    if (call.signal.aborted || !isImageError(error)) throw error;
    call.options.log({ level: 'info', message: `${entry.name} stays unproved: ${error.message}` });
    return undefined;
  });
  if (proven === undefined) return entry;
  const { signer, signedAt, warnings } = proven;
  return await waitForName(call, entry.name, async () => {
    await writeEvidence(call.cache, entry.name, kept);
    return await rewriteRecord(call.cache, entry, {
      trust: {
        ...{ level: 'signed', offered: 'signed', pinned: entry.record.trust.pinned, warnings },
        ...defined({ signer, signedAt: signedAt?.toISOString() }),
      },
      evidence: evidenceOf(proven),
    });
  });
}

/** The proof with the keys of the vendor; `undefined` for one that no such key can vouch for. */
function withKeys(proof: Proof, keys: readonly KeySource[]): Proof | undefined {
  switch (proof.kind) {
    case 'signature': {
      const signature = proof.of === undefined ? ofVendor(proof.signature, keys) : undefined;
      return signature && { ...proof, signature };
    }
    case 'checksums': {
      const signature = proof.signature && ofVendor(proof.signature, keys);
      const via = proof.via && withKeys(proof.via, keys);
      if (signature === undefined && via === undefined) return undefined;
      return { ...proof, signature, via };
    }
    default:
      return undefined;
  }
}

/** Who must have signed for cosign is told by the archive itself, so it counts for nothing. */
function ofVendor(signature: Signature, keys: readonly KeySource[]): Signature | undefined {
  const { form } = signature;
  if (form === 'sigstore' || form === 'cosign' || keys.length === 0) return undefined;
  return { ...signature, keys: [...keys] };
}
