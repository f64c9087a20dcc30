import type { SignerPolicy } from '../shared/verdict.ts';
import { readCleartext } from './cleartext.ts';
import { SignatureSet } from './judge/signature-set.ts';
import type { OpenpgpVerdict } from './judge/verdict.ts';
import { type PublicKey, signatureTypes } from './keys/public-key.ts';
import { limits } from './limits.ts';
import { malformed } from './packets/field-reader.ts';
import { readSignatures } from './read-signatures.ts';

/**
 * Verifies a clearsigned document (RFC 9580, 7). `body` is the signed text and the only part that may be used: without
 * dash escapes and trailing blanks, each line ended by LF. Text outside the one signed block is `malformed`.
 */
export function verifyClearsigned(
  document: Uint8Array | string,
  keys: readonly PublicKey[],
  policy: SignerPolicy,
): OpenpgpVerdict & { body: Uint8Array } {
  const bytes = typeof document === 'string' ? Buffer.from(document) : document;
  if (bytes.length > limits.documentBytes) {
    throw malformed(`${policy.name}: longer than ${limits.documentBytes} bytes`);
  }
  const { body, armor } = readCleartext(bytes, policy.name);
  const signatures = readSignatures(armor, policy.name);
  const set = new SignatureSet(signatures, [signatureTypes.text], keys, policy);
  // The line ending before the armor is not part of the text.
  set.update(body.subarray(0, -1));
  return { ...set.finish(), body };
}
