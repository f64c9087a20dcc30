import type { Arch } from './arch.ts';
import type { Log } from './log.ts';

/** Content of a bundle: a root file system, or only the files that boot one. */
export type BundleKind = 'image' | 'kernel';

/** An optional file of a bundle, in addition to the files that its kind always has. */
export type BundleMember = 'kernel' | 'initrd';

/** One bundle for one architecture, as a catalog describes it. */
export interface BundleEntry {
  /** Starts with a letter or a digit; letters, digits, `.`, `_` and `-`, at most 64 in all. */
  name: string;
  kind: BundleKind;
  version?: string;
  distro?: string;
  arch: Arch;
  /** The name of a kernel in the same catalog, or the reference of a vendor whose kernel boots this disk. */
  kernelRef?: string;
  /** Kernel arguments. */
  cmdline?: string;
  /** Files in addition to `rootfs.ext4` and `manifest.json`, or to the kernel of a kernel bundle. */
  members: BundleMember[];
  url: URL;
  /** Digest of the `.tar.zst`, lower-case hex. */
  sha256: string;
  /** Length of the `.tar.zst` in bytes. */
  sizeBytes?: number;
  description?: string;
}

/** Bundles by name; several entries may have one name, each for another architecture. */
export interface BundleCatalog {
  version: 1;
  entries: BundleEntry[];
}

/** Options of `createBundle`. */
export interface CreateBundleOptions {
  /** Replace an existing file. */
  force?: boolean | undefined;
  signal?: AbortSignal | undefined;
  log?: Log | undefined;
}

/** A written bundle, with the values for its entry in a catalog. */
export interface CreatedBundle {
  /** Absolute path of the bundle. */
  path: string;
  kind: BundleKind;
  /** Files in addition to those that its kind always has; `members` of the entry. */
  members: BundleMember[];
  /** Digest of the bundle, lower-case hex; `tarball_sha256` of the entry. */
  sha256: string;
  /** Length in bytes; `size_bytes` of the entry. */
  sizeBytes: number;
}
