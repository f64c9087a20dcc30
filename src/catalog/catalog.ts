import type { Arch } from '../contracts/arch.ts';
import type { Digest, Signer } from '../contracts/proof.ts';

/** Version of the catalog format, and the newest that can be read. */
export const catalogVersion = 1;

/** Images with a name of their own, as they were when the catalog was refreshed. */
export interface Catalog {
  images: CatalogEntry[];
}

/** One release of one vendor, in one variant. */
export interface CatalogEntry {
  /** Name of the entry, as in a lock file: `debian-12`. */
  alias: string;
  /** Id of the vendor. */
  vendor: string;
  release: string;
  codename?: string;
  version?: string;
  variant: string;
  /** True for the variant that the vendor uses when the request names none. */
  default?: boolean;
  /** True for the release that the vendor means by `latest`. */
  latest?: boolean;
  snapshot: string;
  /** The day this build was added to the catalog, `YYYY-MM-DD`. */
  bumpedAt: string;
  /** End of standard support, `YYYY-MM-DD`. */
  eol?: string;
  /** Format ids, outermost first. */
  layers: string[];
  /** The signer of the digests at the time they were recorded. */
  signer?: Signer;
  arch: Partial<Record<Arch, CatalogPin>>;
}

/**
 * The file for one architecture. Vendors do not publish all architectures at once; then `version`, `snapshot` and
 * `bumpedAt` are stated here.
 */
export interface CatalogPin {
  url: string;
  digest: Digest;
  sizeBytes?: number;
  version?: string;
  snapshot?: string;
  bumpedAt?: string;
}
