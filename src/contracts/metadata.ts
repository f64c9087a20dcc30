/** A small document as received, after redirects. */
export interface MetadataDocument {
  /** The requested address, before any rewrite. */
  url: URL;
  /** The address that answered, after rewrites and redirects. */
  finalUrl: URL;
  status: number;
  bytes: Uint8Array;
  /** Response headers, names in lower case; absent for a kept copy. */
  headers?: Readonly<Record<string, string>>;
  /** `bytes` as UTF-8. */
  text: string;
  /** The parsed JSON; throws `ERR_METADATA`, which names the address, if the text is not JSON. */
  json(): unknown;
  /** True if it came from a mirror that the caller named, instead of the real address. */
  mirrored: boolean;
  /** Served from the store because upstream could not be reached. */
  stale: boolean;
}

/** Options for reading one document. */
export interface MetadataOptions {
  /** Overrides the limit for this document, in bytes. */
  maxBytes?: number | undefined;
  /** Only this many bytes from the start are needed; a longer document is cut, not refused. */
  headBytes?: number | undefined;
  accept?: string | undefined;
  /**
   * The request expects an HTML page. Without it, HTML is `ERR_METADATA`: captive portals answer with HTML in place
   * of a document.
   */
  page?: boolean | undefined;
  signal?: AbortSignal | undefined;
  /** Bypass every cache, also those in the network: for a document that does not match its counterpart. */
  fresh?: boolean | undefined;
  /**
   * An answer from an earlier call is enough: for a document that proves itself, such as a key with a pinned
   * fingerprint. `true`: of any age.
   */
  kept?: boolean | KeptAnswer | undefined;
}

/** Options of `find`, which accepts that a document is absent. */
export interface FindOptions extends MetadataOptions {
  /**
   * Statuses that mean absence at this address, besides 404 and 410: a fact about its host. `[403]` if a store
   * answers so for a missing key, for image files and their sidecars only; never for an index, a listing or a first
   * document.
   */
  absent?: readonly number[] | undefined;
}

/**
 * How to use an earlier answer that is requested again from time to time; a later answer can add to it but never
 * remove from it.
 */
export interface KeptAnswer {
  /**
   * The earlier answer is used for this many milliseconds without a request; after that only if a new one cannot be
   * had (`stale`).
   */
  forMs: number;
  /** What to keep after the answer has changed; `undefined` if the later answer is not the document. */
  join(earlier: Uint8Array, later: Uint8Array): Promise<Uint8Array | undefined>;
}

/**
 * Reads the small documents that a vendor needs. Addresses are the vendor's real ones; rewrites, caching, retries and
 * limits happen inside. Every address is https, or http under a mirror that the caller named.
 */
export interface MetadataClient {
  /** The document. Throws `ERR_HTTP_STATUS` for every bad status, 404 and 410 included. */
  get(url: URL | string, options?: MetadataOptions): Promise<MetadataDocument>;
  /**
   * The document, or `undefined` if upstream answers 404, 410 or a status of `absent`. Throws `ERR_HTTP_STATUS` for
   * every other bad status: a refusal (`isRefusal`) never counts as absence.
   */
  find(url: URL | string, options?: FindOptions): Promise<MetadataDocument | undefined>;
  /** Status, headers and final address of a HEAD request. */
  head(
    url: URL | string,
    options?: { accept?: string | undefined; signal?: AbortSignal | undefined },
  ): Promise<MetadataHead>;
}

/** The answer to a HEAD request. */
export interface MetadataHead {
  finalUrl: URL;
  status: number;
  headers: Record<string, string>;
}
