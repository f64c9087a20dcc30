import type { Arch } from '../kit/arch.ts';
import type { Allowance } from './allowance.ts';
import type { Limits } from './limits.ts';
import type { Log } from './log.ts';
import type { OnProgress } from './progress.ts';
import type { Digest, TrustLevel } from './proof.ts';
import type { Tier } from './tier.ts';

/** Options that say where documents and images come from and how they travel. */
export interface TransportOptions {
  /** Address prefixes and what stands in for them, longest prefix first: air-gapped sites, tests. A mirror may be plain http. */
  mirrors?: Record<string, string> | undefined;
  /** Extra certificate authorities, PEM, beside the built-in ones. */
  ca?: string | string[] | undefined;
  /** Raise or lower single limits. */
  limits?: Partial<Limits> | undefined;
  /** Path of the catalog that `bundle:<name>` is looked up in; default: the one that the package comes with, which is empty. */
  bundles?: string | undefined;
  /** Stops everything that waits; the reason is rethrown. */
  signal?: AbortSignal | undefined;
  /** Hears every step. What it throws ends nothing and is reported once. */
  log?: Log | undefined;
  /** Folder of all caches; default: the platform's cache folder, `rootdisk` below it. */
  cacheDir?: string | undefined;
}

/** What is asked for, beyond the reference. */
export interface RequestOptions {
  /** Any common spelling: `amd64`, `x86_64`, `aarch64`; default: this machine's. */
  arch?: Arch | (string & {}) | undefined;
  variant?: string | undefined;
  parameters?: Record<string, string> | undefined;
  /** The clock for end-of-life and freshness questions; default: now. */
  now?: Date | undefined;
}

export interface EnsureOptions extends TransportOptions, RequestOptions {
  /**
   * Format ids that the file must have, outermost first; default: what the vendor says, else found by looking. Of several
   * files that a vendor offers, the best one of these layers is taken.
   */
  from?: string[] | undefined;
  /**
   * `raw` (default): a sparse raw disk. `source`: codecs and archives peeled, the vendor's own disk format kept. The id of a
   * writer (`vhdx`, `vdi`, …): the disk in that format, an entry of its own; the vendor's file where it is in it already.
   */
  format?: 'raw' | 'source' | (string & {}) | undefined;
  /** `auto` (default): the best level this source is known to offer. Otherwise a floor. */
  trust?: 'auto' | TrustLevel | undefined;
  /** The digest the published file must have; satisfies `auto` and needs no other document. */
  digest?: Digest | (string & {}) | undefined;
  /**
   * Path of a lock file: a reference that is the name of one of its entries is that pinned image, and no index is asked.
   * Nothing is read where it is absent.
   */
  lockfile?: string | undefined;
  /**
   * Path of a catalog in place of the one that comes with this package: its names are references, and a vendor's reference is
   * answered from it while the vendor's index is unreachable, with the warning `catalog-pin`. An empty file is one without images.
   */
  catalog?: string | undefined;
  /** Keys beside the vendor's own, each as text or the path of a file; `replace` puts them in place of the vendor's. */
  keys?: string[] | { add?: string[]; replace?: string[] } | undefined;
  /** The oldest signature that is accepted, in milliseconds or as `90d`, `12h`; default: no bound. */
  maxAge?: number | string | false | undefined;
  /** Accept a build that is older than one this cache has accepted before. */
  allowOlder?: boolean | undefined;
  /**
   * Odd things that are refused without their word; what was allowed is recorded with the disk and is a warning. A cached disk
   * that was made with a word answers only calls that allow it too.
   */
  allow?: readonly Allowance[] | undefined;
  /** No request at all: the newest cached disk that matches. */
  offline?: boolean | undefined;
  /** Ask upstream anew, past every cached document and never with a stale answer. */
  refresh?: boolean | undefined;
  /** Hash a hit again, and fetch it once more when it is damaged. */
  verify?: boolean | undefined;
  /**
   * The kernel and initrd that boot this disk too: those that the vendor publishes for it, else those that lie on it. `'disk'`: always those that lie
   * on it. None there is `ERR_NOT_FOUND`; a disk that cannot be read is a `DecodeError`.
   */
  boot?: boolean | 'disk' | undefined;
  /** `published` (default), or `raw`: unpacked from gzip, EFI zboot or bzImage, as hypervisors load it that need ELF or Image. */
  kernelFormat?: 'published' | 'raw' | undefined;
  /** Keep the file as it was downloaded, beside the disk. */
  keepSource?: boolean | undefined;
  /** `streaming` (default): decode while the bytes arrive. `after-verify`: no unverified byte is parsed. */
  decode?: 'streaming' | 'after-verify' | undefined;
  /** How many connections fetch the image, 1 (default) to 16; more help where each is slow. */
  connections?: number | undefined;
  /**
   * Bytes that the cache may occupy. Before a fetch the disks whose last use is the oldest are removed until it fits, and a
   * warning (`cache-budget`) names each. What is in use stays; where that is over the budget, a warning says so and the
   * fetch goes on. Default: no bound.
   */
  cacheBudget?: number | undefined;
  /**
   * Shared stores that are asked for the file before upstream, and given it when it came from there; only where a digest or a
   * signature decides over its bytes. In place of those of `createRootdisk`; an empty list asks none.
   */
  tiers?: readonly Tier[] | undefined;
  onProgress?: OnProgress | undefined;
}

export interface ResolveOptions extends TransportOptions, RequestOptions {
  format?: 'raw' | 'source' | (string & {}) | undefined;
  trust?: 'auto' | TrustLevel | undefined;
  digest?: Digest | (string & {}) | undefined;
  /**
   * Path of a lock file: a reference that is the name of one of its entries is that pinned image, and no index is asked.
   * Nothing is read where it is absent.
   */
  lockfile?: string | undefined;
  /**
   * Path of a catalog in place of the one that comes with this package: its names are references, and a vendor's reference is
   * answered from it while the vendor's index is unreachable, with the warning `catalog-pin`. An empty file is one without images.
   */
  catalog?: string | undefined;
  keys?: string[] | { add?: string[]; replace?: string[] } | undefined;
  maxAge?: number | string | false | undefined;
  allowOlder?: boolean | undefined;
  /** Tell where kernel and initrd are, too, if the vendor publishes them; for `'disk'` there is nothing to tell. */
  boot?: boolean | 'disk' | undefined;
  refresh?: boolean | undefined;
}
