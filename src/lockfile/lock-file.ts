import type { Arch } from '../contracts/arch.ts';
import type { Digest, Signer, TrustLevel } from '../contracts/proof.ts';
import type { ArtifactRole, GuestFacts } from '../contracts/vendor.ts';

/** Version of the format that this package writes, and the newest that it can read. */
export const lockfileVersion = 1;
/** Usual name of a lock file. */
export const lockfileName = 'rootdisk.lock.json';

/** Images that the caller has pinned, each under a name that the caller chose. */
export interface LockFile {
  /** Address of the JSON Schema, which the caller may add for an editor; it is kept. */
  $schema?: string;
  images: LockEntry[];
}

/** One alias: its request, and the locked image of each architecture. */
export interface LockEntry {
  alias: string;
  /** The reference that `update` and `check` resolve: `debian:13`, or an address. */
  request: string;
  /** The requested variant; absent for the vendor's default. */
  variant?: string;
  parameters?: Record<string, string>;
  /** Never empty; snapshots may differ, because vendors do not publish all architectures at once. */
  architectures: Partial<Record<Arch, LockedImage>>;
}

/** How the digests were proved when they were locked. A pin is repeatable, but it proves nothing again. */
export interface LockedTrust {
  level: TrustLevel;
  signer?: Signer;
  /** ISO 8601. */
  signedAt?: string;
}

/** One published file. */
export interface LockedFile {
  /** One for each hash, sha256 first. */
  digests: Digest[];
  sizeBytes?: number;
  /** Address at which the vendor publishes this build. */
  url: string;
  /** Addresses to which the vendor moves it when its release is retired. */
  archives?: string[];
  /** Other addresses of the same bytes. */
  mirrors?: string[];
  fileName: string;
  /** Format ids, outermost first; empty: detected from the bytes. */
  layers: string[];
  /** The member of an archive layer that is the disk. */
  entry?: string;
  /** For a bundle: its members, and what each is used as. */
  members?: Record<string, ArtifactRole>;
  trust: LockedTrust;
}

/** One build of one architecture. */
export interface LockedImage extends LockedFile {
  release: string;
  codename?: string;
  version?: string;
  variant: string;
  snapshot: string;
  /** Present if boot files were requested. */
  boot?: LockedBoot;
  guest?: GuestFacts;
  /** Time of locking; ISO 8601. */
  locked: string;
}

/** The files that boot a locked disk without its boot loader. */
export interface LockedBoot {
  kernel: LockedFile;
  initrd?: LockedFile;
  cmdline?: string;
}
