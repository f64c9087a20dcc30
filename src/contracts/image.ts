import type { KernelKind } from '../image/kernel.ts';
import type { Arch } from '../kit/arch.ts';
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

/** How far the bytes can be trusted, and why. */
export interface ImageTrust {
  level: TrustLevel;
  /** The caller gave the digest. */
  pinned: boolean;
  signer?: Signer;
  signedAt?: Date;
  warnings: Warning[];
}

/** What the file systems of a disk say that it is. */
export interface ImageContent {
  /** From its os-release: ID, VERSION_ID and PRETTY_NAME. */
  system?: { id: string; version?: string; name?: string };
  /** What its programs run on: those of the system, else its EFI boot loader, else by the type of the root partition. */
  arch?: Arch;
  /** Why there is no `system`: `encrypted`, `unsupported-feature`, `not-found` …, and a sentence. */
  unknown?: { reason: string; message: string };
}

/** A verified file beside the disk. */
export interface BootFile {
  /** Absolute path; mode 0444. */
  path: string;
  sizeBytes: number;
  url: string;
  /** Of the file as it was published, or as it lies on the disk (of several in one: as they follow each other). */
  digests: Digest[];
  level: TrustLevel;
  /** Where it lies on the disk, in the order of loading: `p1:/boot/vmlinuz-6.1`. Absent for published files. */
  files?: string[];
}

/** What a hypervisor starts a kernel with. */
export interface BootFiles {
  /** `vendor`: published by it. `disk`: read out of the disk. */
  from: 'vendor' | 'disk';
  /** `kind` says how it is packed, which decides who can load it. */
  kernel: BootFile & { kind: KernelKind; arch?: Arch };
  initrd?: BootFile;
  cmdline?: string;
}

/**
 * `[Symbol.asyncDispose]` where the caller's TypeScript libraries know that symbol (`esnext.disposable`), and nothing where
 * they do not: an older target compiles either way.
 */
export type AsyncDisposal = {
  [K in SymbolConstructor['asyncDispose' & keyof SymbolConstructor]]: () => Promise<void>;
};

/**
 * A disk that is complete, verified and never changes again. The same fields are printed by `rootdisk ensure --json`.
 *
 * It is leased: the entry is not pruned before `dispose()` is called or the process ends. `await using` calls it.
 * What the disk was made of is removed after the call; `dispose()` waits for that.
 */
export interface EnsuredImage extends ImageIdentity, AsyncDisposal {
  /** Absolute path; mode 0444. */
  path: string;
  /** `raw`, or the id of the vendor's disk format under `format: 'source'`. */
  format: string;
  /** Length of the file at `path` in bytes (a raw disk is sparse: it occupies less). */
  sizeBytes: number;
  /** Bytes of the disk inside. */
  virtualSize: number;
  /** Where upstream has the file that the disk was made of, without user info and query. */
  url: string;
  /** Of the file as it was published upstream: its sha256, and its sha512 where a proof or the caller stated one. */
  digests: Digest[];
  trust: ImageTrust;
  /** Where this call had the bytes from: the cache, upstream, or a shared tier. */
  origin: 'cache' | 'network' | 'tier';
  /** The downloaded file, where `keepSource` asked for it. */
  source?: string;
  /** Where `boot` asked for it. */
  boot?: BootFiles;
  guest?: GuestFacts;
  /** What is on the disk; absent where it was not kept raw, and for disks that version 0.1 made. */
  content?: ImageContent;
  /** Of a bundle: its `manifest.json`, every field of it. */
  manifest?: Readonly<Record<string, unknown>>;
  /** Version 5 UUID of the artifact's sha256. */
  uuid: string;
  /** Ends the lease; may be called again. */
  dispose(): Promise<void>;
}
