import type { Allowance } from './allowance.ts';
import type { Arch } from './arch.ts';
import type { Limits } from './limits.ts';
import type { Log } from './log.ts';
import type { OnProgress } from './progress.ts';
import type { Digest, TrustLevel } from './proof.ts';
import type { Tier } from './tier.ts';

/** Options for the origin of documents and images and for their transfer. */
export interface TransportOptions {
  /**
   * Replacements for address prefixes, longest prefix first, for air-gapped sites and tests. A mirror may use plain
   * http.
   */
  mirrors?: Record<string, string> | undefined;
  /** Extra certificate authorities, PEM, in addition to the built-in ones. */
  ca?: string | string[] | undefined;
  /** Raises or lowers single limits. */
  limits?: Partial<Limits> | undefined;
  /**
   * Path of the catalog in which `bundle:<name>` is looked up; default: the catalog of this package, which is empty.
   */
  bundles?: string | undefined;
  /** Cancels all waiting; the reason is rethrown. */
  signal?: AbortSignal | undefined;
  /** Receives every step. An error that it throws is reported once and does not end the call. */
  log?: Log | undefined;
  /** Cache folder; default: `rootdisk` below the platform's cache folder. */
  cacheDir?: string | undefined;
}

/** The request, beyond the reference. */
export interface RequestOptions {
  /** Any common spelling: `amd64`, `x86_64`, `aarch64`; default: this machine's. */
  arch?: Arch | (string & {}) | undefined;
  variant?: string | undefined;
  parameters?: Record<string, string> | undefined;
  /** The current time for end-of-life and freshness checks; default: now. */
  now?: Date | undefined;
}

/** Options of `ensureImage`. */
export interface EnsureOptions extends TransportOptions, RequestOptions {
  /**
   * Format ids that the file must have, outermost first; default: what the vendor states, else detected. If a vendor
   * offers several files, the best one with these layers is taken.
   */
  from?: string[] | undefined;
  /**
   * `raw` (default): a sparse raw disk. `source`: codecs and archives removed, the vendor's own disk format kept. The
   * id of a writer (`vhdx`, `vdi`, …): the disk in that format, as a separate entry; if the vendor's file already has
   * that format, it is used as it is.
   */
  format?: 'raw' | 'source' | (string & {}) | undefined;
  /** `auto` (default): the best level that this source is known to offer. Otherwise a minimum level. */
  trust?: 'auto' | TrustLevel | undefined;
  /** The digest that the published file must have; satisfies `auto` and needs no other document. */
  digest?: Digest | (string & {}) | undefined;
  /**
   * Path of a lock file: a reference that is the name of one of its entries means that pinned image, and no index is
   * requested. Default: no lock file is read.
   */
  lockfile?: string | undefined;
  /**
   * Path of a catalog that replaces the one of this package. Its names are references, and while the index of a
   * vendor is unreachable, the catalog answers for it, with the warning `catalog-pin`. An empty file is a catalog
   * without images.
   */
  catalog?: string | undefined;
  /**
   * Keys in addition to the vendor's own, each as text or the path of a file; `replace`: keys instead of the
   * vendor's.
   */
  keys?: string[] | { add?: string[]; replace?: string[] } | undefined;
  /** Greatest accepted age of a signature, in milliseconds or as `90d`, `12h`; default: no bound. */
  maxAge?: number | string | false | undefined;
  /** Accept a build older than one that this cache has accepted before. */
  allowOlder?: boolean | undefined;
  /**
   * Irregularities to accept, which are refused otherwise; each accepted one is recorded with the disk and gives a
   * warning. A disk that was made with such a value serves only calls that allow it too.
   */
  allow?: readonly Allowance[] | undefined;
  /** Makes no request: returns the newest cached disk that matches. */
  offline?: boolean | undefined;
  /** Ask upstream again; use no cached document and no stale answer. */
  refresh?: boolean | undefined;
  /** Hash a cached disk again, and fetch it again if it is damaged. */
  verify?: boolean | undefined;
  /**
   * Also return the kernel and initrd that boot this disk: those that the vendor publishes for it, else those on the
   * disk. `'disk'`: always those on the disk. Throws `ERR_NOT_FOUND` if there are none, and `DecodeError` if the disk
   * cannot be read.
   */
  boot?: boolean | 'disk' | undefined;
  /**
   * `published` (default), or `raw`: unpacked from gzip, EFI zboot or bzImage, for hypervisors that need ELF or
   * Image.
   */
  kernelFormat?: 'published' | 'raw' | undefined;
  /** Keep the downloaded file beside the disk. */
  keepSource?: boolean | undefined;
  /** `streaming` (default): decode during the download. `after-verify`: parse no unverified byte. */
  decode?: 'streaming' | 'after-verify' | undefined;
  /** Number of connections for the image, 1 (default) to 16; several help if each one is slow. */
  connections?: number | undefined;
  /**
   * Most bytes that the cache may occupy. Before a download the least recently used disks are removed until the new
   * one fits, and a warning (`cache-budget`) names each. Disks in use are kept; if they exceed the budget, a warning
   * says so and the download continues. Default: no bound.
   */
  cacheBudget?: number | undefined;
  /**
   * Shared stores that are asked for the file before upstream, and that receive it if it came from upstream; only for
   * files that a digest or a signature verifies. Replaces the tiers of `createRootdisk`; with an empty list, no tier
   * is used.
   */
  tiers?: readonly Tier[] | undefined;
  onProgress?: OnProgress | undefined;
}

/** Options of `resolveImage`. */
export interface ResolveOptions
  extends TransportOptions,
    RequestOptions,
    Pick<
      EnsureOptions,
      | ('format' | 'trust' | 'digest' | 'lockfile' | 'catalog')
      | ('keys' | 'maxAge' | 'allowOlder' | 'refresh')
    > {
  /** Also return the addresses of kernel and initrd if the vendor publishes them; `'disk'` adds nothing. */
  boot?: boolean | 'disk' | undefined;
}

/** How `convertImage` and `inspectImage` read a local file. */
export interface FileOptions {
  /** Format ids that the file must have, outermost first; default: detected. */
  from?: string[] | undefined;
  /** The member of an archive layer that is the disk. */
  entry?: string | undefined;
  /** Irregularities to accept, which are refused otherwise; each accepted one gives a warning. */
  allow?: readonly Allowance[] | undefined;
  limits?: Partial<Limits> | undefined;
  signal?: AbortSignal | undefined;
  log?: Log | undefined;
  /** Folder for scratch files; default: the system's temporary folder. */
  scratchDir?: string | undefined;
}

/** The options of every call that maintains a cache. */
export interface CacheOptions {
  /** Cache folder; default: `rootdisk` below the platform's cache folder. */
  cacheDir?: string | undefined;
  /** Receives every step. */
  log?: Log | undefined;
  /** Cancels all waiting; the reason is rethrown. */
  signal?: AbortSignal | undefined;
}
