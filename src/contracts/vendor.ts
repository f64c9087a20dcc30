import type { Arch } from './arch.ts';
import type { artifactRoles } from './artifact-roles.ts';
import type { BundleCatalog } from './bundle.ts';
import type { Log, Warning } from './log.ts';
import type { MetadataClient } from './metadata.ts';
import type { Digest, KeySource, Proof, TrustLevel } from './proof.ts';
import type { SeedKind } from './seed.ts';

/** What a caller requests from a vendor. */
export interface ImageRequest {
  /** Lower-case id of the vendor. */
  vendor: string;
  /** Version, code name, alias or `latest`. */
  release: string;
  arch: Arch;
  /** `minimal`, `genericcloud`, `tiny` …; the vendor's default when absent. */
  variant?: string;
  /** Name of one immutable upstream build. */
  snapshot?: string;
  /** Parameters of this vendor, such as Talos' `schematic`. */
  parameters?: Record<string, string>;
}

/** What a vendor receives with each call. */
export interface VendorContext {
  http: MetadataClient;
  signal: AbortSignal;
  log: Log;
  /** The current time; a vendor must not read another clock. */
  now: Date;
  /** True if kernel and initrd are requested; otherwise a vendor may leave out `boot` and the requests for it. */
  boot: boolean;
  /** The caller's catalog of bundles, else the catalog of this package. */
  bundles?: BundleCatalog | undefined;
}

/** What a published file, or a member of an archive, is used as. */
export type ArtifactRole = (typeof artifactRoles)[number];

/** The hashes of the pieces of a file; all pieces have the same length, except a shorter last one. */
export interface Pieces {
  lengthBytes: number;
  digests: Digest[];
}

/** One upstream file and everything known about it before it is fetched. */
export interface Artifact {
  url: URL;
  /**
   * Other addresses of the same bytes, tried in this order; only used if a proof gives a digest, which verifies the
   * bytes.
   */
  mirrors?: URL[] | undefined;
  /** Where upstream moves the file when its release is retired; tried after the mirrors, under the same condition. */
  archives?: URL[] | undefined;
  /** Name of the published file, as in checksum lists. */
  fileName: string;
  sizeBytes?: number | undefined;
  /** Format ids, outermost first: `['xz', 'raw']`, `['qcow2']`. Empty: not stated, to be detected. */
  layers: string[];
  /**
   * The member of an archive layer that is the disk; with a trailing slash, the folder in which the disk is the only
   * file.
   */
  entry?: string | undefined;
  /**
   * For a bundle: an archive layer that holds exactly these members, each a regular file, with the use of each. It is
   * fetched once, as the disk or as its boot files, and every member becomes a separate entry.
   */
  members?: Record<string, ArtifactRole> | undefined;
  /** Hashes of its pieces in order. They come from the origin, never from a mirror that serves the bytes. */
  pieces?: Pieces | undefined;
  proofs: Proof[];
}

/** What an orchestrator needs to know before it boots the disk. */
export interface GuestFacts {
  user?: string | undefined;
  /** The kind of seed that configures it at first boot; `none`: no agent reads one. */
  seed?: SeedKind | 'none' | undefined;
  ssh?: boolean | undefined;
  firmware?: ('bios' | 'uefi')[] | undefined;
  /** End of standard support, `YYYY-MM-DD`. A past date gives a warning, never an error. */
  eol?: string | undefined;
  /** Minimum disk size that the vendor documents, in bytes; the disk's own virtual size is the lower bound. */
  minDiskBytes?: number | undefined;
  minMemoryBytes?: number | undefined;
  /**
   * Accepted values of ID in the disk's os-release; a disk with another value is refused. Absent: every value is
   * accepted.
   */
  osIds?: string[] | undefined;
}

/** What a hypervisor needs to boot a kernel directly; only if the published kernel really boots that disk. */
export interface BootFacts {
  kernel: Artifact;
  initrd?: Artifact | undefined;
  cmdline?: string | undefined;
}

/** Another image whose kernel boots this one. */
export interface BootReference {
  /** `vendor[:release][@snapshot]`. */
  reference: string;
  cmdline?: string | undefined;
}

/**
 * How reliable the facts about a vendor are: taken from a real document, documented by the vendor or by several
 * projects, or neither.
 */
export type FactEvidence = 'captured' | 'documented' | 'unverified';

/** The answer of a vendor: what the request means today. */
export interface Resolution {
  /** Release in the vendor's own main spelling: `24.04`, `13`. */
  release: string;
  codename?: string | undefined;
  version?: string | undefined;
  variant: string;
  /** The name of one immutable build; part of the cache name. */
  snapshot: string;
  /** Best first. */
  disk: Artifact[];
  /** Kernel and initrd; their layers are codecs only, or empty if the file is used as published. */
  boot?: BootFacts | undefined;
  /**
   * Instead of `boot`: the reference whose kernel and initrd boot this disk. It is resolved only if boot files are
   * requested.
   */
  bootOf?: BootReference | undefined;
  guest?: GuestFacts | undefined;
  /** Warnings for the caller: a fallback, an unofficial build. */
  warnings?: Warning[] | undefined;
}

/** One line of `list`: a release and what is offered for it. */
export interface Listing {
  release: string;
  codename?: string | undefined;
  version?: string | undefined;
  aliases?: string[] | undefined;
  arches: Arch[];
  /** The vendor's default variant first. */
  variants: string[];
  /** End of standard support, `YYYY-MM-DD`. */
  eol?: string | undefined;
}

/** A source of images. It returns facts; it never verifies, caches, decodes or touches the disk. */
export interface Vendor {
  id: string;
  title: string;
  /** Version of this contract that the vendor implements. */
  apiVersion: 1;
  /** Reliability of the vendor's facts, and of single variants if they differ. Absent: `unverified`. */
  evidence?: FactEvidence | ({ default: FactEvidence } & Record<string, FactEvidence>) | undefined;
  /**
   * The meaning of a reference without a release, in a word or two: `newest`, `newest LTS`, `stable`. Absent: the
   * reference must name a release.
   */
  latest?: string | undefined;
  /** The trust level of its default image, for lists; the level of a download is proved each time. */
  trust?: TrustLevel | undefined;
  /** The publisher of the images, if it is not the project of the operating system. */
  publisher?: string | undefined;
  /** A complete reference, for the hint of a vendor that cannot list its releases. */
  example?: string | undefined;
  /** Every key that its proofs name: an imported disk is `signed` only if one of these signed it. */
  keys?: readonly KeySource[] | undefined;
  resolve(request: ImageRequest, context: VendorContext): Promise<Resolution>;
  list?: ((context: VendorContext) => AsyncIterable<Listing>) | undefined;
}
