import type { Digest } from '../../contracts/proof.ts';

/** Host, repository and how they are reached. */
export interface RegistryPlace {
  /** `registry.example:5000`. */
  host: string;
  /** `fleet/images`. */
  repository: string;
  /** Origin of its addresses; http only for loopback or where the caller wrote `http://`. */
  origin: URL;
}

/** A manifest or index exactly as the registry gave it. */
export interface StoredManifest {
  bytes: Uint8Array;
  /** sha256 of `bytes`, computed here. */
  digest: Digest;
  mediaType: string;
}

/** The bytes of a blob that is to be pushed. */
export interface BlobSource {
  /** Always a sha256. */
  digest: Digest;
  sizeBytes: number;
  /** All bytes in order from `start` on; may be asked for again. */
  read(start: number): AsyncIterable<Uint8Array>;
}

/** Which bytes of a blob are wanted. */
export interface BlobRange {
  start?: number | undefined;
  /** Exclusive. */
  end?: number | undefined;
  /** Of the whole blob; another length is `ERR_SIZE`. */
  sizeBytes?: number | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * One repository of an OCI registry (distribution-spec 1.1). Only 404 means absent; every other refusal is an error:
 * `ERR_HTTP_STATUS`, `ERR_NETWORK`, `ERR_STALLED`, `ERR_METADATA` for an answer that makes no sense.
 */
export interface RegistryClient {
  readonly place: RegistryPlace;
  /** By tag or digest; a manifest by digest that has another one is `ERR_DIGEST`. `undefined`: none. */
  manifest(reference: string): Promise<StoredManifest | undefined>;
  /** Whether a tag or manifest is there, by one HEAD: the digest that the registry states, or true where it states none. */
  hasManifest(reference: string): Promise<string | boolean>;
  putManifest(reference: string, bytes: Uint8Array, mediaType: string): Promise<void>;
  /** All tags, over all pages. */
  tags(): AsyncIterable<string>;
  /** Length of a blob by HEAD; `undefined`: none. */
  blobSize(digest: string): Promise<number | undefined>;
  /** Bytes of a blob, resumed by ranges where they are cut. Their digest is for the caller to check. */
  readBlob(digest: string, range?: BlobRange): AsyncIterable<Uint8Array>;
  /** A small blob, whole and checked: `ERR_DIGEST`, or `ERR_LIMIT` above `maxBytes`. */
  smallBlob(digest: Digest, maxBytes: number): Promise<Uint8Array | undefined>;
  /** Pushes a blob unless it is there. `from`: a repository of the same registry that may have it, for a mount. */
  putBlob(
    blob: BlobSource,
    options?: { from?: string; onProgress?: (bytes: number) => void; signal?: AbortSignal },
  ): Promise<'there' | 'mounted' | 'pushed'>;
  /** `false` where the registry does not allow it (405). */
  deleteManifest(digest: string): Promise<boolean>;
}
