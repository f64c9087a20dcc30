/** Hashes that a document's signature may use. */
export type DocumentHash = 'sha256' | 'sha384' | 'sha512';
/**
 * Hashes that a key's own signatures may use: SHA-1 is allowed for some facts of a pinned key, see `primary-facts.ts`.
 */
export type KeyHash = DocumentHash | 'sha1';

/** Hash algorithms by id (RFC 9580, 9.5). */
const strong: Readonly<Record<number, DocumentHash>> = { 8: 'sha256', 9: 'sha384', 10: 'sha512' };
const weak: Readonly<Record<number, string>> = {
  1: 'MD5',
  2: 'SHA-1',
  3: 'RIPEMD-160',
  11: 'SHA-224',
};
/** Octets of salt in a version 6 signature (RFC 9580, 9.5). */
const salts: Readonly<Record<DocumentHash, number>> = { sha256: 16, sha384: 24, sha512: 32 };

/** The hash of a document's signature by id; `undefined` for a weak or unknown hash. */
export function documentHash(id: number): DocumentHash | undefined {
  return strong[id];
}

/** The hash of a key's own signature by id. */
export function keyHash(id: number): KeyHash | undefined {
  return id === 2 ? 'sha1' : strong[id];
}

/** The name of a known hash that is too weak. */
export function weakHash(id: number): string | undefined {
  return weak[id];
}

/** Length of the salt of a version 6 signature, in octets. */
export function saltBytes(hash: DocumentHash): number {
  return salts[hash];
}
