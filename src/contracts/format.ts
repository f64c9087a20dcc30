import type { Allowing } from './allowance.ts';
import type { ByteSource, DiskSink } from './bytes.ts';
import type { Limits } from './limits.ts';
import type { Log } from './log.ts';

/** What a cheap look at both ends of the bytes may use. `head` is up to 128 KiB; `tail`, where known, the last 64 KiB. */
export interface Probe {
  head: Uint8Array;
  tail?: Uint8Array;
  sizeBytes?: number;
}

/** A bounded pool for work that may run in parallel, such as inflating clusters. */
export interface DecodeTasks {
  /** How many tasks run at once. */
  readonly width: number;
  run<T>(task: () => Promise<T>): Promise<T>;
}

/** What a decoder is given beside its source. It never sees a path. */
export interface DecodeContext extends Allowing {
  signal: AbortSignal;
  limits: Limits;
  log: Log;
  /** Random access over a codec's output, for a next layer that needs it; a layer that only streams costs no spool. */
  spool(bytes: AsyncIterable<Uint8Array>): ByteSource;
  tasks: DecodeTasks;
}

/** A compression format: bytes in, bytes out. */
export interface Codec {
  kind: 'codec';
  id: string;
  /** Version of this contract that it was written for; default: 1. */
  apiVersion?: 1 | undefined;
  /** Cheap, never throws, reads only the probe. */
  detect(probe: Probe): boolean;
  /** Asked where another format detects the same probe: reads as much as it takes to say whether it is this one. */
  detectFurther?: ((source: ByteSource, context: DecodeContext) => Promise<boolean>) | undefined;
  /** The decoded length in bytes where the format declares it; may wait for the end of the source. */
  size?: ((source: ByteSource) => Promise<number | undefined>) | undefined;
  /** Must read the source to its very end and verify every inherent checksum before it finishes. */
  decode(source: ByteSource, context: DecodeContext): AsyncIterable<Uint8Array>;
  /** Decodes out of order and in parallel, where the format allows it. */
  copyTo?:
    | ((source: ByteSource, sink: DiskSink, context: DecodeContext) => Promise<void>)
    | undefined;
}

/** One member of an archive. Its source must be drained or `finish` called before the next one is asked for. */
export interface ArchiveEntry {
  name: string;
  sizeBytes?: number | undefined;
  source: ByteSource;
  finish(): Promise<void>;
}

/** The one member that will be read: of this name, or, without one, the only one that could be the disk. */
export interface WantedEntry {
  name?: string;
  /** In place of `name`: the only file in this folder, which ends with a slash (`disk/`). What lies elsewhere does not count. */
  folder?: string;
  /**
   * In place of `name`: the archive must hold exactly these, each once and each a regular file; all of them are handed out.
   * Whatever else it holds (a folder, a link, a device) is refused. tar knows it.
   */
  exactly?: readonly string[];
}

/** A container of named members. */
export interface Archive {
  kind: 'archive';
  id: string;
  /** Version of this contract that it was written for; default: 1. */
  apiVersion?: 1 | undefined;
  detect(probe: Probe): boolean;
  /**
   * Every member that could be the disk, in the order of the archive. Where `wanted` is given and the names are known before
   * the first member is read, a choice that is missing or cannot be met is refused at once, with the names.
   */
  entries(
    source: ByteSource,
    context: DecodeContext,
    wanted?: WantedEntry,
  ): AsyncIterable<ArchiveEntry>;
}

/** What a disk image says of itself; shown by `inspect`. */
export interface DiskFacts {
  /** Variant or version of the format: `v3`, `streamOptimized`, `GPT`. */
  variant?: string | undefined;
  clusterBytes?: number | undefined;
  compression?: string | undefined;
  /** Feature words of the format that this image uses. */
  features: string[];
}

/** A disk image that is open for reading. */
export interface DiskImage {
  /** Bytes of the disk inside; `undefined` only for a copied disk (raw, ISO, fixed VHD) whose end has not arrived yet. */
  virtualSize: number | undefined;
  facts: DiskFacts;
  /** Calls `setSize`, writes every data range, and resolves after the last byte is known to be good. */
  copyTo(sink: DiskSink): Promise<void>;
}

/** What the footer of a file says that is otherwise a raw disk. */
export interface DiskFooter {
  /** Bytes of the disk, which end where the footer begins. */
  virtualSize: number;
  facts: DiskFacts;
}

/** A disk image format. */
export interface Disk {
  kind: 'disk';
  id: string;
  /** Version of this contract that it was written for; default: 1. */
  apiVersion?: 1 | undefined;
  detect(probe: Probe): boolean;
  /** Reads and checks the headers; refuses what is unsafe with a `DecodeError`. */
  open(source: ByteSource, context: DecodeContext): Promise<DiskImage>;
  /**
   * For a format that is a raw disk and a footer, and known by that only: asked about a disk that was read as raw before its
   * end had come. `end` is the last 512 bytes, `sizeBytes` counts the footer. `undefined` where there is no footer; a
   * `DecodeError` where there is one that does not fit.
   */
  readFooter?:
    | ((end: Uint8Array, sizeBytes: number, limits: Limits) => DiskFooter | undefined)
    | undefined;
}

export type Format = Codec | Archive | Disk;
