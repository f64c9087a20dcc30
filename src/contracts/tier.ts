import type { ImageIdentity } from './image.ts';
import type { Log } from './log.ts';
import type { Digest } from './proof.ts';
import type { ArtifactRole } from './vendor.ts';

/**
 * A published file that a tier is asked for before any of its bytes are fetched. Only files that a digest, a
 * signature over the whole file, or the hashes of its pieces verify are asked for: a tier is never trusted.
 */
export interface TierFile {
  /**
   * Name of the image, the same in every process that requests it: `vendor_release_variant_arch_snapshot`, in the
   * syntax of cache names, without a format. The kernel and the initrd of a disk have the name of the disk.
   */
  name: string;
  /** What the file is used as. */
  role: ArtifactRole;
  /** Name of the published file. */
  fileName: string;
  /** Upstream address, without user info and query. */
  url: string;
  identity: ImageIdentity;
  /** Digests from the proofs; empty if only a signature over the whole file verifies it. */
  digests: readonly Digest[];
  /** Length of the published file in bytes, if a proof or the vendor states it. */
  sizeBytes?: number;
}

/** What a tier receives besides the file. */
export interface TierContext {
  /** Extra certificate authorities, PEM. */
  ca: readonly string[];
  /** Cache folder; a tier keeps its state in its own folder below it. */
  cacheDir: string;
  now: Date;
  signal: AbortSignal;
  log: Log;
  /** Tells the caller what the tier is waiting for. */
  tell(message: string): void;
  /** Warns the caller; the call continues. */
  warn(message: string): void;
}

/** A copy of the file in a tier. Its bytes are not trusted before they are verified. */
export interface TierCopy {
  /** Address of the copy, for people: without user info and query. */
  url: string;
  /** Length of the whole file in bytes. */
  sizeBytes: number;
  /**
   * The bytes from `start` to `end` (exclusive; absent: the end of the file), in order. Several reads may run at
   * once. A chunk is valid until the next one is requested. An interrupted transfer is resumed or fails with a
   * `TransferError`.
   */
  read(start: number, end: number | undefined, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Called when the bytes do not match the proofs, so that this copy is not used again. */
  refuse(reason: Error): Promise<void>;
}

/** A file whose bytes were verified. */
export interface TierUpload extends TierFile {
  /** Digests of the whole file: always sha256, and sha512 if a proof needs it. */
  digests: readonly Digest[];
  sizeBytes: number;
  /**
   * The record of the disk that was made from it and the documents that its trust rests on, as JSON; absent for boot
   * files.
   */
  record?: string;
  evidence?: string;
  /** All bytes in order from `start`; may be called again. */
  read(start: number): AsyncIterable<Uint8Array>;
}

/** The answer of a tier for one file. */
export interface TierVisit {
  /** Absent: the file is fetched from upstream. */
  copy?: TierCopy;
  /**
   * Stores the verified file if it came from upstream; absent if the tier already has it or may not be written.
   * Called at most once. An error that it throws becomes a warning.
   */
  store?(upload: TierUpload): Promise<void>;
  /**
   * Called exactly once, after everything else: releases what the visit holds, such as the claim to fetch the file.
   */
  close(): Promise<void>;
}

/**
 * A shared store of published files between the cache of a machine and upstream: a registry, a bucket, a file server.
 * An error that it throws becomes a warning, and upstream is asked; with `only`, the error ends the call.
 */
export interface Tier {
  id: string;
  title: string;
  /** Version of this contract that the tier implements. */
  apiVersion: 1;
  /** True: image bytes come only from this tier; upstream is never asked for them. */
  only?: boolean | undefined;
  /** Looks for a file; may wait while another machine fetches it. */
  visit(file: TierFile, context: TierContext): Promise<TierVisit>;
}
