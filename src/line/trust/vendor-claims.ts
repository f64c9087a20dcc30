import {
  parseEvidence,
  proofsOf,
  type StoredEvidence,
  storeEvidence,
} from '../../cache/records/evidence.ts';
import type { KeySource, Proof, Signature } from '../../contracts/proof.ts';
import type { BoundParts } from '../../parts/bind.ts';

/** No key in the claims counts: the vendor's keys in this package replace them. */
const noKeys = { keys: [], replace: false };

/**
 * The documents of another cache or registry, with those of their proofs that a key of the vendor, as this package
 * names it, can verify; `undefined` if there are none.
 */
export async function vendorClaims(
  parts: BoundParts,
  vendor: string,
  text: string,
): Promise<StoredEvidence | undefined> {
  const keys = parts.vendors.get(vendor)?.keys ?? [];
  const claimed = parseEvidence(text);
  const proofs = proofsOf(claimed).flatMap((proof) => withKeys(proof, keys) ?? []);
  if (proofs.length === 0) return undefined;
  const stored = await storeEvidence({ ...claimed.artifact, proofs }, noKeys, []);
  return { ...stored, documents: claimed.documents };
}

/** The proof with the keys of the vendor; `undefined` if no such key can verify it. */
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

/** Only the claims themselves state the signer for cosign, so this signature does not count. */
function ofVendor(signature: Signature, keys: readonly KeySource[]): Signature | undefined {
  const { form } = signature;
  if (form === 'sigstore' || form === 'cosign' || keys.length === 0) return undefined;
  return { ...signature, keys: [...keys] };
}
