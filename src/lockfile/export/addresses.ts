import type { Digest } from '../../contracts/proof.ts';
import type { LockedFile } from '../lock-file.ts';

/** Every address of a locked file, its own first, spelled as the URL standard does: no quotes, braces or spaces are left. */
export function addressesOf({ url, archives = [], mirrors = [] }: LockedFile): string[] {
  return [...new Set([url, ...archives, ...mirrors].map((text) => new URL(text).href))];
}

/** For tools that choose what unpacks a file by its address: those whose ending says this codec, or none. */
export function endingIn(addresses: readonly string[], codec: string | undefined): string[] {
  return addresses.filter((address) => codecOfAddress(address) === codec);
}

/** The one digest of a file where a tool takes one: sha256 where it is there. */
export function oneDigest({ digests }: LockedFile): Digest {
  const found = digests.find((digest) => digest.startsWith('sha256:')) ?? digests[0];
  if (found === undefined) throw new Error('a locked file has a digest');
  return found;
}

function codecOfAddress(address: string): string | undefined {
  const { pathname } = new URL(address);
  return /\.(gz|bz2|xz|zst|tgz|tbz2|txz|tzst|tar|zip)$/.exec(pathname)?.[1];
}
