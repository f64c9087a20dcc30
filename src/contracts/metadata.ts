/** A small document as it came, after redirects. */
export interface MetadataDocument {
  /** The address that was asked for, before any rewrite. */
  url: URL;
  /** The address that answered, after rewrites and redirects. */
  finalUrl: URL;
  status: number;
  bytes: Uint8Array;
  /** Of the answer, by names in small letters; absent for a copy that was kept. */
  headers?: Readonly<Record<string, string>>;
  /** `bytes` as UTF-8. */
  text: string;
  /** Parsed JSON; throws `ERR_METADATA` naming the address when it is none. */
  json(): unknown;
  /** True when a mirror that the caller named stood in for the real address. */
  mirrored: boolean;
  /** Served from the store because upstream could not be reached. */
  stale: boolean;
}

export interface MetadataOptions {
  /** Overrides the limit for this document, in bytes. */
  maxBytes?: number | undefined;
  /** Only the first so many bytes are needed; a longer document is cut, not refused. */
  headBytes?: number | undefined;
  accept?: string | undefined;
  /** An HTML page is what is asked for. Without it, HTML is `ERR_METADATA`: what portals answer in place of a document. */
  page?: boolean | undefined;
  signal?: AbortSignal | undefined;
  /** Past every cache, the network's own included: for a document that does not fit its pair. */
  fresh?: boolean | undefined;
  /**
   * An earlier call's answer will do: for what proves itself, such as a key with a pinned fingerprint. `true`: however old.
   */
  kept?: boolean | KeptAnswer | undefined;
}

export interface FindOptions extends MetadataOptions {
  /**
   * Statuses that mean absence at this address, beside 404 and 410: a fact about its host. `[403]` where a store answers so
   * for a missing key, for image files and their sidecars only; never for an index, a listing or a first document.
   */
  absent?: readonly number[] | undefined;
}

/** How an earlier answer is used that is asked about again from time to time, and that no later answer takes from. */
export interface KeptAnswer {
  /** So many milliseconds long it will do unasked; after that it will do where no other one can be had (`stale`). */
  forMs: number;
  /** What to keep when the answer has changed; `undefined` where the later answer is not the document. */
  join(earlier: Uint8Array, later: Uint8Array): Promise<Uint8Array | undefined>;
}

/**
 * Reads the small documents a vendor needs. Addresses are the vendor's real ones; rewrites, caching, retries and limits
 * happen inside. Every address is https, or http under a mirror that the caller named.
 */
export interface MetadataClient {
  /** The document; 404 and 410 are `ERR_HTTP_STATUS` like every other bad status. */
  get(url: URL | string, options?: MetadataOptions): Promise<MetadataDocument>;
  /**
   * The document, or `undefined` where upstream answers 404 or 410, or a status of `absent`. Every other status is
   * `ERR_HTTP_STATUS`: a refusal (`isRefusal`) is never taken for absence.
   */
  find(url: URL | string, options?: FindOptions): Promise<MetadataDocument | undefined>;
  /** Status, headers and final address of a HEAD request. */
  head(
    url: URL | string,
    options?: { accept?: string | undefined; signal?: AbortSignal | undefined },
  ): Promise<MetadataHead>;
}

export interface MetadataHead {
  finalUrl: URL;
  status: number;
  headers: Record<string, string>;
}
