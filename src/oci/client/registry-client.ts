import type { Digest } from '../../contracts/proof.ts';

/** Host and repository, and the origin to reach them. */
export interface RegistryPlace {
  /** `registry.example:5000`. */
  host: string;
  /** `fleet/images`. */
  repository: string;
  /** Origin of its addresses; http only for loopback or if the caller wrote `http://`. */
  origin: URL;
}

/** A manifest or index, byte for byte as the registry sent it. */
export interface StoredManifest {
  bytes: Uint8Array;
  /** sha256 of `bytes`, computed here. */
  digest: Digest;
  mediaType: string;
}

/** The bytes of a blob to push. */
export interface BlobSource {
  /** Always sha256. */
  digest: Digest;
  sizeBytes: number;
  /** All bytes in order from `start`; may be called again. */
  read(start: number): AsyncIterable<Uint8Array>;
}

/** The requested range of a blob. */
export interface BlobRange {
  start?: number | undefined;
  /** Exclusive. */
  end?: number | undefined;
  /** Length of the whole blob; another length is `ERR_SIZE`. */
  sizeBytes?: number | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * One repository of an OCI registry (distribution-spec 1.1). Only 404 means absent. Every other failure is an error:
 * `ERR_HTTP_STATUS`, `ERR_NETWORK`, `ERR_STALLED`, or `ERR_METADATA` for an invalid answer.
 */
export interface RegistryClient {
  readonly place: RegistryPlace;
  /**
   * A manifest by tag or digest; `undefined` if there is none. Throws `ERR_DIGEST` if a manifest does not have the
   * requested digest.
   */
  manifest(reference: string): Promise<StoredManifest | undefined>;
  /**
   * Whether a tag or manifest exists, by one HEAD request: the digest that the registry states, or true if it states
   * none.
   */
  hasManifest(reference: string): Promise<string | boolean>;
  putManifest(reference: string, bytes: Uint8Array, mediaType: string): Promise<void>;
  /** All tags, over all pages. */
  tags(): AsyncIterable<string>;
  /** Length of a blob in bytes, by HEAD; `undefined` if there is none. */
  blobSize(digest: string): Promise<number | undefined>;
  /** Bytes of a blob; an interrupted transfer is resumed with a range request. The caller must check the digest. */
  readBlob(digest: string, range?: BlobRange): AsyncIterable<Uint8Array>;
  /**
   * A small blob, complete and checked. Throws `ERR_DIGEST`, or `ERR_LIMIT` above `maxBytes`; `undefined` if there is
   * none.
   */
  smallBlob(digest: Digest, maxBytes: number): Promise<Uint8Array | undefined>;
  /**
   * Pushes a blob unless it exists. `from`: a repository of the same registry that may have it, for a
   * cross-repository mount.
   */
  putBlob(
    blob: BlobSource,
    options?: { from?: string; onProgress?: (bytes: number) => void; signal?: AbortSignal },
  ): Promise<'there' | 'mounted' | 'pushed'>;
  /** `false` if the registry does not allow it (405). */
  deleteManifest(digest: string): Promise<boolean>;
}
