import { type Arch, isImageError, type VendorContext } from '../../src/kit.ts';
import { findFolder } from '../shared/folder.ts';
import { unusable } from '../shared/unusable.ts';

/**
 * The folder of an architecture, and its word in file names; for ARM and RISC-V the word has two
 * parts.
 */
const archTokens: Partial<Record<Arch, { folder: string; word: string }>> = {
  amd64: { folder: 'amd64', word: 'amd64' },
  arm64: { folder: 'aarch64', word: 'arm64-aarch64' },
  riscv64: { folder: 'riscv64', word: 'riscv-riscv64' },
  '386': { folder: 'i386', word: 'i386' },
};
export const freebsdArches: Arch[] = ['amd64', 'arm64', 'riscv64', '386'];

/** The images of one release for one architecture. */
export interface FreebsdImages {
  folder: URL;
  /** File names by variant, best first. */
  variants: Map<string, string[]>;
  /** The list of digests beside them. */
  sums: URL;
}

/**
 * Reads `Latest/`, the link to the only build of a release; `undefined` if the release or the
 * architecture does not exist.
 */
export async function findFreebsdImages(
  root: URL,
  version: string,
  arch: Arch,
  context: VendorContext,
): Promise<FreebsdImages | undefined> {
  const tokens = archTokens[arch];
  if (tokens === undefined) return undefined;
  const folder = new URL(`${version}-RELEASE/${tokens.folder}/Latest/`, root);
  const entries = await findFolder(folder, context);
  if (entries === undefined) return undefined;

  const names = entries.map(({ name }) => name);
  const variants = groupByVariant(names, `FreeBSD-${version}-RELEASE-${tokens.word}`);
  if (variants.size === 0) throw unusable(folder, `it lists no image of FreeBSD ${version}`);
  // A release has both lists; the sha256 list is preferred because an image's identity is its
  // sha256, which is then known before the download.
  const isSha512Alone = names.includes('CHECKSUM.SHA512') && !names.includes('CHECKSUM.SHA256');
  const sums = new URL(isSha512Alone ? 'CHECKSUM.SHA512' : 'CHECKSUM.SHA256', folder);
  return { folder, variants, sums };
}

/**
 * The same digests on the web site, which the release engineer signs for every release. Checks
 * which of the two lists exists; if none exists, the proof that requires the first one reports
 * that.
 */
export async function findSignedSums(
  version: string,
  arch: Arch,
  context: VendorContext,
): Promise<URL> {
  const folder = new URL(`https://www.freebsd.org/releases/${version}R/checksums/`);
  const rest = `FreeBSD-${version}-RELEASE-${archTokens[arch]?.word}-vm.asc`;
  const sha256 = new URL(`CHECKSUM.SHA256-${rest}`, folder);
  const sha512 = new URL(`CHECKSUM.SHA512-${rest}`, folder);
  for (const url of [sha256, sha512]) {
    try {
      if ((await context.http.find(url, { signal: context.signal })) !== undefined) return url;
    } catch (error) {
      if (context.signal.aborted || !isImageError(error)) throw error;
      // An unreachable host does not mean that the file is missing: the proof reports the failure
      // and judges it.
      return url;
    }
  }
  return sha256;
}

/** The architectures whose folders a release has. */
export async function listFreebsdArches(
  root: URL,
  version: string,
  context: VendorContext,
): Promise<Arch[]> {
  const entries = (await findFolder(new URL(`${version}-RELEASE/`, root), context)) ?? [];
  const names = entries.map(({ name }) => name);
  return freebsdArches.filter((arch) => names.includes(archTokens[arch]?.folder ?? ''));
}

/**
 * `FreeBSD-15.1-RELEASE-amd64-BASIC-CLOUDINIT-ufs.raw.xz`: the whole name, because `-BASIC-CI-` is
 * another product. Before 14.2 a name without a file system is UFS.
 */
function groupByVariant(names: string[], stem: string): Map<string, string[]> {
  const variants = new Map<string, string[]>();
  // A raw disk in xz is written while it is unpacked; a qcow2 must first be unpacked into a second
  // spool.
  for (const ending of ['.raw.xz', '.qcow2.xz']) {
    for (const name of names) {
      if (!name.startsWith(stem) || !name.endsWith(ending)) continue;
      const words = name.slice(stem.length, -ending.length);
      const match = /^(-BASIC-CLOUDINIT)?(?:-(ufs|zfs))?$/.exec(words);
      if (match === null) continue;
      const variant = `${match[1] === undefined ? '' : 'cloudinit-'}${match[2] ?? 'ufs'}`;
      variants.set(variant, [...(variants.get(variant) ?? []), name]);
    }
  }
  return variants;
}
