import type { Arch } from '../kit/arch.ts';
import type { Log } from './log.ts';

/** What a bundle holds: a root file system, or only what boots one. */
export type BundleKind = 'image' | 'kernel';

/** A file that a bundle may hold beside what its kind always has. */
export type BundleMember = 'kernel' | 'initrd';

/** One bundle for one architecture, as a catalog describes it. */
export interface BundleEntry {
  /** Starts with a letter or a digit; letters, digits, `.`, `_` and `-`, at most 64 in all. */
  name: string;
  kind: BundleKind;
  version?: string;
  distro?: string;
  arch: Arch;
  /** A kernel of the same catalog by its name, or the reference of a vendor whose kernel boots this disk. */
  kernelRef?: string;
  /** Arguments of the kernel. */
  cmdline?: string;
  /** Beside `rootfs.ext4` and `manifest.json`, or beside the kernel of a kernel bundle. */
  members: BundleMember[];
  url: URL;
  /** Lower-case hex, of the `.tar.zst`. */
  sha256: string;
  /** Of the `.tar.zst`. */
  sizeBytes?: number;
  description?: string;
}

/** Bundles by name; one name may stand for several architectures. */
export interface BundleCatalog {
  version: 1;
  entries: BundleEntry[];
}

/** How a bundle is written. */
export interface CreateBundleOptions {
  /** Replace a file that is there. */
  force?: boolean | undefined;
  signal?: AbortSignal | undefined;
  log?: Log | undefined;
}

/** A bundle that was written, and the facts of it that its entry in a catalog has. */
export interface CreatedBundle {
  /** Absolute. */
  path: string;
  kind: BundleKind;
  /** What it holds beside that which its kind always has; `members` of the entry. */
  members: BundleMember[];
  /** Lower-case hex; `tarball_sha256` of the entry. */
  sha256: string;
  /** `size_bytes` of the entry. */
  sizeBytes: number;
}
