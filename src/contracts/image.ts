import type { Arch } from './arch.ts';
import type { KernelKind } from './kernel-kinds.ts';
import type { Warning } from './log.ts';
import type { Digest, Signer, TrustLevel } from './proof.ts';
import type { GuestFacts } from './vendor.ts';

/** Identity of an image. */
export interface ImageIdentity {
  vendor: string;
  release: string;
  codename?: string;
  version?: string;
  variant: string;
  arch: Arch;
  snapshot: string;
}

/** Trust level of the bytes, and its reasons. */
export interface ImageTrust {
  level: TrustLevel;
  /** True if the caller gave the digest. */
  pinned: boolean;
  signer?: Signer;
  signedAt?: Date;
  warnings: Warning[];
}

/** What the file systems of a disk say about the system on it. */
export interface ImageContent {
  /** From its os-release: ID, VERSION_ID and PRETTY_NAME. */
  system?: { id: string; version?: string; name?: string };
  /**
   * CPU architecture of its programs: from the system, else from its EFI boot loader, else from the type of the root
   * partition.
   */
  arch?: Arch;
  /** Why `system` is absent: `encrypted`, `unsupported-feature`, `not-found` …, and a sentence. */
  unknown?: { reason: string; message: string };
}

/** A verified file beside the disk. */
export interface BootFile {
  /** Absolute path; mode 0444. */
  path: string;
  sizeBytes: number;
  url: string;
  /** Of the published file, or of the file on the disk (if several are joined: of the joined bytes). */
  digests: Digest[];
  level: TrustLevel;
  /** Paths on the disk, in loading order: `p1:/boot/vmlinuz-6.1`. Absent for published files. */
  files?: string[];
}

/** The files with which a hypervisor boots the disk directly. */
export interface BootFiles {
  /** `vendor`: published by the vendor. `disk`: read from the disk. */
  from: 'vendor' | 'disk';
  /** `kind` is the packing of the kernel, which decides which hypervisors can load it. */
  kernel: BootFile & { kind: KernelKind; arch?: Arch };
  initrd?: BootFile;
  cmdline?: string;
}

/**
 * `[Symbol.asyncDispose]` if the caller's TypeScript libraries know that symbol (`esnext.disposable`), else empty: it
 * compiles with older targets too.
 */
export type AsyncDisposal = {
  [K in SymbolConstructor['asyncDispose' & keyof SymbolConstructor]]: () => Promise<void>;
};

/**
 * A disk that is complete, verified and never changes again. `rootdisk ensure --json` prints the same fields.
 *
 * It is leased: the entry is not pruned before `dispose()` is called or the process ends. `await using` calls it.
 * Temporary files are removed after the call; `dispose()` waits for that.
 */
export interface EnsuredImage extends ImageIdentity, AsyncDisposal {
  /** Absolute path; mode 0444. */
  path: string;
  /** `raw`, or the id of the vendor's disk format with `format: 'source'`. */
  format: string;
  /** Length of the file at `path` in bytes (a raw disk is sparse: it occupies less). */
  sizeBytes: number;
  /** Size of the contained disk in bytes. */
  virtualSize: number;
  /** Upstream address of the file that the disk was made from, without user info and query. */
  url: string;
  /** Digests of the published file: its sha256, and its sha512 if a proof or the caller stated one. */
  digests: Digest[];
  trust: ImageTrust;
  /** Where this call got the bytes: the cache, upstream, or a shared tier. */
  origin: 'cache' | 'network' | 'tier';
  /** Path of the downloaded file, if `keepSource` requested it. */
  source?: string;
  /** Present if `boot` requested it. */
  boot?: BootFiles;
  guest?: GuestFacts;
  /** What is on the disk; absent if it was not kept as raw, and for disks that version 0.1 made. */
  content?: ImageContent;
  /** For a bundle: all fields of its `manifest.json`. */
  manifest?: Readonly<Record<string, unknown>>;
  /** Version 5 UUID made from the sha256 of the published file. */
  uuid: string;
  /** Ends the lease; calling it again has no effect. */
  dispose(): Promise<void>;
}
