/**
 * OpenPGP (RFC 9580, and RFC 4880 for obsolete parts), verification only: the signer of a document, and the time.
 * `docs/openpgp-differences.md` lists the differences from other implementations.
 *
 * @module
 */

export type { SignerPolicy } from '../shared/verdict.ts';
export { verifyClearsigned } from './clearsigned.ts';
export { openDetached, verifyDetached } from './detached.ts';
export type { OpenpgpVerdict } from './judge/verdict.ts';
export { joinKeys } from './keys/join-keys.ts';
export type { PublicKey } from './keys/public-key.ts';
export { findKey, readKeys } from './keys/read-keys.ts';
export { isArmoredOrBinarySignature, isClearsigned } from './recognize.ts';
