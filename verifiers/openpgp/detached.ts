import type { DetachedCheck, SignerPolicy } from '../shared/verdict.ts';
import { SignatureSet } from './judge/signature-set.ts';
import type { OpenpgpVerdict } from './judge/verdict.ts';
import { type PublicKey, signatureTypes } from './keys/public-key.ts';
import { readSignatures } from './read-signatures.ts';

/** `finish` also returns the facts that only OpenPGP has. */
export interface OpenpgpCheck extends DetachedCheck {
  finish(): OpenpgpVerdict;
}

/**
 * Opens a detached signature, binary or armored, over bytes or text (RFC 9580, 10.4). Throws immediately, before any
 * byte is requested, if the reason does not depend on the document: an unknown, expired or revoked signer, a weak hash,
 * a malformed file.
 */
export function openDetached(
  signature: Uint8Array | string,
  keys: readonly PublicKey[],
  policy: SignerPolicy,
): OpenpgpCheck {
  const types = [signatureTypes.binary, signatureTypes.text];
  return new SignatureSet(readSignatures(signature, policy.name), types, keys, policy);
}

/** `openDetached` for a document in memory. */
export function verifyDetached(
  document: Uint8Array,
  signature: Uint8Array | string,
  keys: readonly PublicKey[],
  policy: SignerPolicy,
): OpenpgpVerdict {
  const check = openDetached(signature, keys, policy);
  check.update(document);
  return check.finish();
}
