import { SignatureSet } from './judge/signature-set.ts';
import type { SignerPolicy } from './judge/signer-policy.ts';
import type { Verdict } from './judge/verdict.ts';
import { type PublicKey, signatureTypes } from './keys/public-key.ts';
import { readSignatures } from './read-signatures.ts';

/** A detached signature that waits for the bytes it covers. */
export interface DetachedCheck {
  /** The next bytes of the document; every one of it must come, in order. */
  update(chunk: Uint8Array): void;
  /** The verdict after the last byte, once; `ERR_SIGNATURE` where they do not agree. */
  finish(): Verdict;
}

/**
 * Opens a detached signature, binary or armored, over bytes or text (RFC 9580, 10.4). Throws at once, before any byte is asked
 * for, what does not depend on the document: an unknown, expired or revoked signer, a weak hash, a malformed file.
 */
export function openDetached(
  signature: Uint8Array | string,
  keys: readonly PublicKey[],
  policy: SignerPolicy,
): DetachedCheck {
  const types = [signatureTypes.binary, signatureTypes.text];
  return new SignatureSet(readSignatures(signature, policy.name), types, keys, policy);
}

/** `openDetached` for a document that is at hand. */
export function verifyDetached(
  document: Uint8Array,
  signature: Uint8Array | string,
  keys: readonly PublicKey[],
  policy: SignerPolicy,
): Verdict {
  const check = openDetached(signature, keys, policy);
  check.update(document);
  return check.finish();
}
