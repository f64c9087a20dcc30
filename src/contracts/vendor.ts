import type { Arch } from '../kit/arch.ts';
import type { SeedKind } from '../seed/seed.ts';
import type { artifactRoles } from './artifact-roles.ts';
import type { BundleCatalog } from './bundle.ts';
import type { Log, Warning } from './log.ts';
import type { MetadataClient } from './metadata.ts';
import type { Digest, KeySource, Proof, TrustLevel } from './proof.ts';

/** What a caller asks a vendor for. */
export interface ImageRequest {
  /** Lower-case id of the vendor. */
  vendor: string;
  /** Version, code name, alias or `latest`. */
  release: string;
  arch: Arch;
  /** `minimal`, `genericcloud`, `tiny` …; the vendor's default when absent. */
  variant?: string;
  /** One immutable upstream build. */
  snapshot?: string;
  /** The vendor's own, such as Talos' `schematic`. */
  parameters?: Record<string, string>;
}

export interface VendorContext {
  http: MetadataClient;
  signal: AbortSignal;
  log: Log;
  /** The only clock a vendor may look at. */
  now: Date;
  /** Kernel and initrd are asked for; without it a vendor may spare the requests and leave `boot` out. */
  boot: boolean;
  /** The caller's catalog of bundles, else the one that the package comes with. */
  bundles?: BundleCatalog | undefined;
}

/** What a published file, or a member of one, is to the disk. */
export type ArtifactRole = (typeof artifactRoles)[number];

/** The hashes of equally long pieces of a file, the last one as long as the rest. */
export interface Pieces {
  lengthBytes: number;
  digests: Digest[];
}

/** One file upstream and everything known of it before it is fetched. */
export interface Artifact {
  url: URL;
  /** Other addresses of the same bytes, asked in this order; only where a proof gives a digest, which decides. */
  mirrors?: URL[] | undefined;
  /** Where upstream moves the file when its release is retired; asked after the mirrors, under the same condition. */
  archives?: URL[] | undefined;
  /** As published; the name that checksum lists use. */
  fileName: string;
  sizeBytes?: number | undefined;
  /** Format ids, outermost first: `['xz', 'raw']`, `['qcow2']`. Empty: not declared, found by looking. */
  layers: string[];
  /** The member of an archive layer that is the disk; with a slash at its end, the folder that holds it and no other file. */
  entry?: string | undefined;
  /**
   * A bundle: an archive layer that holds exactly these members, each a regular file, and what each is. It is fetched once, as
   * the disk or as what boots it, and every member becomes an entry of its own.
   */
  members?: Record<string, ArtifactRole> | undefined;
  /** Hashes of its pieces in order. From the origin, never from a mirror that serves the bytes. */
  pieces?: Pieces | undefined;
  proofs: Proof[];
}

/** What an orchestrator wants to know before it boots the disk. */
export interface GuestFacts {
  user?: string | undefined;
  /** Which seed configures it at first boot; `none`: no agent reads one. */
  seed?: SeedKind | 'none' | undefined;
  ssh?: boolean | undefined;
  firmware?: ('bios' | 'uefi')[] | undefined;
  /** End of standard support, `YYYY-MM-DD`. A warning when past, never an error. */
  eol?: string | undefined;
  /** What the vendor documents, in bytes; the disk's own virtual size is its least. */
  minDiskBytes?: number | undefined;
  minMemoryBytes?: number | undefined;
  /** What ID of the os-release of this disk may be; any other is refused. Absent: nothing is expected. */
  osIds?: string[] | undefined;
}

/** What a hypervisor needs to start a kernel itself; only where the published kernel really boots that disk. */
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
 * How far the facts of a vendor can be relied on: read off a real document, described by the vendor or by several
 * projects, or neither.
 */
export type FactEvidence = 'captured' | 'documented' | 'unverified';

/** Facts from a vendor: what the request means today. */
export interface Resolution {
  /** Release in the vendor's own main spelling: `24.04`, `13`. */
  release: string;
  codename?: string | undefined;
  version?: string | undefined;
  variant: string;
  /** One immutable build; stamps the cache name. */
  snapshot: string;
  /** Best first. */
  disk: Artifact[];
  /** Kernel and initrd; their layers are codecs only, or none for the file as it is published. */
  boot?: BootFacts | undefined;
  /** In place of `boot`: a reference whose kernel and initrd boot this disk. Asked about only where boot files are wanted. */
  bootOf?: BootReference | undefined;
  guest?: GuestFacts | undefined;
  /** What the caller should know: a fallback that was taken, an unofficial build. */
  warnings?: Warning[] | undefined;
}

/** One line of `list`: a release and what it is offered for. */
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

/** A source of images. Answers with facts; never verifies, caches, decodes or touches the disk. */
export interface Vendor {
  id: string;
  title: string;
  /** Version of this contract that it was written for. */
  apiVersion: 1;
  /** Of the vendor, and of single variants where it differs. Absent: `unverified`. */
  evidence?: FactEvidence | ({ default: FactEvidence } & Record<string, FactEvidence>) | undefined;
  /** What a reference without a release means, in a word or two: `newest`, `newest LTS`, `stable`. Absent: a release has to be named. */
  latest?: string | undefined;
  /** The level that its default image reaches, for lists: what a download reaches is proved each time. */
  trust?: TrustLevel | undefined;
  /** Who stands behind the images, where it is not the system's own project. */
  publisher?: string | undefined;
  /** A whole reference, for the hint of one that cannot list its releases. */
  example?: string | undefined;
  /** Every key that its proofs name: a disk out of an archive is `signed` by one of these, or not at all. */
  keys?: readonly KeySource[] | undefined;
  resolve(request: ImageRequest, context: VendorContext): Promise<Resolution>;
  list?: ((context: VendorContext) => AsyncIterable<Listing>) | undefined;
}
