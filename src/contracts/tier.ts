import type { ImageIdentity } from './image.ts';
import type { Log } from './log.ts';
import type { Digest } from './proof.ts';
import type { ArtifactRole } from './vendor.ts';

/**
 * A published file that a tier is asked for before any of its bytes are there. Only files whose bytes something decides over
 * (a digest, a signature over the whole, the hashes of its pieces) are asked for: a tier is never trusted.
 */
export interface TierFile {
  /**
   * Name of the image, the same in every process that wants it: `vendor_release_variant_arch_snapshot`, with the grammar of
   * cache names, and without a format. The kernel and the initrd of a disk have the name of the disk.
   */
  name: string;
  /** What the file is to the image. */
  role: ArtifactRole;
  /** As published. */
  fileName: string;
  /** Where upstream has it, without user info and query. */
  url: string;
  identity: ImageIdentity;
  /** What the proofs say of its bytes; empty where only a signature over the whole file decides. */
  digests: readonly Digest[];
  /** Bytes of the published file, where a proof or the vendor says. */
  sizeBytes?: number;
}

/** What a tier works with beside the file. */
export interface TierContext {
  /** Extra certificate authorities, PEM. */
  ca: readonly string[];
  /** Folder of all caches: what a tier remembers lies in a folder of its own below it. */
  cacheDir: string;
  now: Date;
  signal: AbortSignal;
  log: Log;
  /** Tells the caller what is waited for. */
  tell(message: string): void;
  /** What the caller should know though the call goes on. */
  warn(message: string): void;
}

/** A file that a tier has. Nothing of it is believed before its bytes were proved. */
export interface TierCopy {
  /** Where it lies, for people: without user info and query. */
  url: string;
  /** Bytes of the whole file. */
  sizeBytes: number;
  /**
   * The bytes from `start` up to `end` (exclusive; absent: the end of the file), in order. Several may be read at once. A chunk
   * is good until the next one is asked for. What is cut on the way is continued or fails with a `TransferError`.
   */
  read(start: number, end: number | undefined, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Told when the bytes were not what the proofs say, so that this copy is not used again. */
  refuse(reason: Error): Promise<void>;
}

/** A file whose bytes were proved. */
export interface TierUpload extends TierFile {
  /** Of all its bytes: sha256 always, sha512 where a proof wants it. */
  digests: readonly Digest[];
  sizeBytes: number;
  /** The record of the disk that was made of it and the documents its trust rests on, as JSON; absent for boot files. */
  record?: string;
  evidence?: string;
  /** All bytes in order from `start` on; may be asked for again. */
  read(start: number): AsyncIterable<Uint8Array>;
}

/** What a tier answers for one file. */
export interface TierVisit {
  /** Absent: the file is fetched from upstream. */
  copy?: TierCopy;
  /**
   * Takes the verified file when it came from upstream; absent where the tier has it or may not be written. Called once at
   * most. What it throws is a warning.
   */
  store?(upload: TierUpload): Promise<void>;
  /** Always called once, after everything else: gives up what the visit held, such as the promise to fetch the file. */
  close(): Promise<void>;
}

/**
 * A shared store of published files between the cache of a machine and upstream: a registry, a bucket, a file server. What it
 * throws is a warning, and upstream is asked; with `only`, the error of the call.
 */
export interface Tier {
  id: string;
  title: string;
  /** Version of this contract that it was written for. */
  apiVersion: 1;
  /** Image bytes come from here alone: upstream is never asked for them. */
  only?: boolean | undefined;
  /** Looks for a file; may wait while another machine fetches it. */
  visit(file: TierFile, context: TierContext): Promise<TierVisit>;
}
