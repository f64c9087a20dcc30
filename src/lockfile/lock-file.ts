import type { Arch } from '../contracts/arch.ts';
import type { Digest, Signer, TrustLevel } from '../contracts/proof.ts';
import type { ArtifactRole, GuestFacts } from '../contracts/vendor.ts';

/** Version of the format that this package writes, and the newest that it reads. */
export const lockfileVersion = 1;
/** What a lock file is called where no other name is given. */
export const lockfileName = 'rootdisk.lock.json';

/** Images that the caller has pinned, each under a name of the caller's own. */
export interface LockFile {
  /** Address of the JSON Schema, where the caller wrote one for an editor; it is kept. */
  $schema?: string;
  images: LockEntry[];
}

/** One alias: what it stands for, and what that was on each architecture when it was locked. */
export interface LockEntry {
  alias: string;
  /** The reference that `update` and `check` ask about: `debian:13`, or an address. */
  request: string;
  /** The variant that was asked for; absent for the vendor's default. */
  variant?: string;
  parameters?: Record<string, string>;
  /** Never empty; snapshots may differ, as vendors do not publish all architectures at once. */
  architectures: Partial<Record<Arch, LockedImage>>;
}

/** How the digests were proved when they were locked; a pin is repeatable, it proves nothing anew. */
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
  /** Where the vendor publishes this build. */
  url: string;
  /** Where the vendor moves it when its release is retired. */
  archives?: string[];
  /** Other addresses of the same bytes. */
  mirrors?: string[];
  fileName: string;
  /** Format ids, outermost first; empty: found by looking at the bytes. */
  layers: string[];
  /** The member of an archive layer that is the disk. */
  entry?: string;
  /** A bundle: its members, and what each is. */
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
  /** Locked too where it was asked for. */
  boot?: LockedBoot;
  guest?: GuestFacts;
  /** When it was locked; ISO 8601. */
  locked: string;
}

/** What boots a locked disk without its boot loader. */
export interface LockedBoot {
  kernel: LockedFile;
  initrd?: LockedFile;
  cmdline?: string;
}
