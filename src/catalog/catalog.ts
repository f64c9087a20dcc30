import type { Digest, Signer } from '../contracts/proof.ts';
import type { Arch } from '../kit/arch.ts';

/** Version of the format of the catalog, and the newest that is read. */
export const catalogVersion = 1;

/** Images that are known by a name of their own, and what they were when the catalog was refreshed. */
export interface Catalog {
  images: CatalogEntry[];
}

/** One release of one vendor, in one variant. */
export interface CatalogEntry {
  /** As in a lock file: `debian-12`. */
  alias: string;
  /** The id of a vendor. */
  vendor: string;
  release: string;
  codename?: string;
  version?: string;
  variant: string;
  /** It is the variant that the vendor means where none is asked for. */
  default?: boolean;
  /** It is the release that the vendor means by `latest`. */
  latest?: boolean;
  snapshot: string;
  /** The day when this build came into the catalog, as `2026-07-18`. */
  bumpedAt: string;
  /** End of standard support, as a day. */
  eol?: string;
  /** Format ids, outermost first. */
  layers: string[];
  /** Who had signed the digests when they were recorded. */
  signer?: Signer;
  arch: Partial<Record<Arch, CatalogPin>>;
}

/** The file of one architecture. Vendors do not publish all of them at once: `version`, `snapshot` and `bumpedAt` are its own then. */
export interface CatalogPin {
  url: string;
  digest: Digest;
  sizeBytes?: number;
  version?: string;
  snapshot?: string;
  bumpedAt?: string;
}
