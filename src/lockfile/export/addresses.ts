import type { Digest } from '../../contracts/proof.ts';
import type { LockedFile } from '../lock-file.ts';

/**
 * Every address of a locked file, its own first, in the spelling of the URL standard: without quotes, braces or
 * spaces.
 */
export function addressesOf({ url, archives = [], mirrors = [] }: LockedFile): string[] {
  return [...new Set([url, ...archives, ...mirrors].map((text) => new URL(text).href))];
}

/**
 * For tools that choose the unpacker by the extension: the addresses with the extension of this codec; without
 * `codec`, those without the extension of any codec.
 */
export function endingIn(addresses: readonly string[], codec: string | undefined): string[] {
  return addresses.filter((address) => codecOfAddress(address) === codec);
}

/** One digest of a file, for tools that accept one: sha256 if it is known. */
export function oneDigest({ digests }: LockedFile): Digest {
  const found = digests.find((digest) => digest.startsWith('sha256:')) ?? digests[0];
  if (found === undefined) throw new Error('a locked file has a digest');
  return found;
}

function codecOfAddress(address: string): string | undefined {
  const { pathname } = new URL(address);
  return /\.(gz|bz2|xz|zst|tgz|tbz2|txz|tzst|tar|zip)$/.exec(pathname)?.[1];
}
