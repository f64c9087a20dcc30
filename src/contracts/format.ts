import type { Allowing } from './allowance.ts';
import type { ByteSource, DiskSink } from './bytes.ts';
import type { Limits } from './limits.ts';
import type { Log } from './log.ts';

/**
 * The bytes at both ends of a file, for a cheap check. `head` is up to 128 KiB; `tail`, if known, the last 64 KiB.
 */
export interface Probe {
  head: Uint8Array;
  tail?: Uint8Array;
  sizeBytes?: number;
}

/** A bounded pool for work that may run in parallel, such as inflating clusters. */
export interface DecodeTasks {
  /** Number of tasks that run at once. */
  readonly width: number;
  run<T>(task: () => Promise<T>): Promise<T>;
}

/** What a decoder receives besides its source. It never sees a path. */
export interface DecodeContext extends Allowing {
  signal: AbortSignal;
  limits: Limits;
  log: Log;
  /** Random access to a codec's output, for a next layer that needs it; a layer that only streams needs no spool. */
  spool(bytes: AsyncIterable<Uint8Array>): ByteSource;
  tasks: DecodeTasks;
}

/** A compression format: bytes in, bytes out. */
export interface Codec {
  kind: 'codec';
  id: string;
  /** Version of this contract that the codec implements; default: 1. */
  apiVersion?: 1 | undefined;
  /** Cheap, never throws, reads only the probe. */
  detect(probe: Probe): boolean;
  /**
   * Called when another format detects the same probe: reads as much as needed to decide whether it is this format.
   */
  detectFurther?: ((source: ByteSource, context: DecodeContext) => Promise<boolean>) | undefined;
  /** The decoded length in bytes if the format states it; may wait for the end of the source. */
  size?: ((source: ByteSource) => Promise<number | undefined>) | undefined;
  /** Must read the source to its end and verify every checksum of the format before it finishes. */
  decode(source: ByteSource, context: DecodeContext): AsyncIterable<Uint8Array>;
  /** Decodes out of order and in parallel, if the format allows it. */
  copyTo?:
    | ((source: ByteSource, sink: DiskSink, context: DecodeContext) => Promise<void>)
    | undefined;
}

/** One member of an archive. Drain its source or call `finish` before asking for the next member. */
export interface ArchiveEntry {
  name: string;
  sizeBytes?: number | undefined;
  source: ByteSource;
  finish(): Promise<void>;
}

/** The one member to be read: the one with this name, or else the only member that could be the disk. */
export interface WantedEntry {
  name?: string;
  /**
   * Instead of `name`: the only file in this folder, which ends with a slash (`disk/`). Files elsewhere do not count.
   */
  folder?: string;
  /**
   * Instead of `name`: the archive must hold exactly these names, each once and each a regular file; all are handed
   * out. An archive with anything else (a folder, a link, a device) is refused. Only tar supports it.
   */
  exactly?: readonly string[];
}

/** A container of named members. */
export interface Archive {
  kind: 'archive';
  id: string;
  /** Version of this contract that the archive implements; default: 1. */
  apiVersion?: 1 | undefined;
  detect(probe: Probe): boolean;
  /**
   * Every member that could be the disk, in the order of the archive. If `wanted` is given and the names are known
   * before the first member is read, a missing or impossible choice is refused at once, with the names.
   */
  entries(
    source: ByteSource,
    context: DecodeContext,
    wanted?: WantedEntry,
  ): AsyncIterable<ArchiveEntry>;
}

/** What a disk image states about itself; `inspect` shows it. */
export interface DiskFacts {
  /** Variant or version of the format: `v3`, `streamOptimized`, `GPT`. */
  variant?: string | undefined;
  clusterBytes?: number | undefined;
  compression?: string | undefined;
  /** Names of the format's features that this image uses. */
  features: string[];
}

/** A disk image, open for reading. */
export interface DiskImage {
  /**
   * Size of the contained disk in bytes; `undefined` only for a copied disk (raw, ISO, fixed VHD) whose end has not
   * arrived yet.
   */
  virtualSize: number | undefined;
  facts: DiskFacts;
  /** Calls `setSize`, writes every data range, and resolves after the last byte has been checked. */
  copyTo(sink: DiskSink): Promise<void>;
}

/** The footer of a file that is otherwise a raw disk. */
export interface DiskFooter {
  /** Size of the disk in bytes; the footer follows it. */
  virtualSize: number;
  facts: DiskFacts;
}

/** A disk image format. */
export interface Disk {
  kind: 'disk';
  id: string;
  /** Version of this contract that the format implements; default: 1. */
  apiVersion?: 1 | undefined;
  detect(probe: Probe): boolean;
  /** Reads and checks the headers. Throws `DecodeError` for an unsafe image. */
  open(source: ByteSource, context: DecodeContext): Promise<DiskImage>;
  /**
   * For a format that is a raw disk with a footer and that only the footer identifies. Called for a disk that was
   * read as raw before its end had arrived. `end` is the last 512 bytes; `sizeBytes` includes the footer. Returns
   * `undefined` if there is no footer; throws `DecodeError` if the footer does not fit.
   */
  readFooter?:
    | ((end: Uint8Array, sizeBytes: number, limits: Limits) => DiskFooter | undefined)
    | undefined;
}

/** A format that can be read: a codec, an archive or a disk image. */
export type Format = Codec | Archive | Disk;
