import type { SinkFile } from './bytes.ts';
import type { DecodeTasks } from './format.ts';
import type { Log } from './log.ts';

/** A raw disk to be written in another format: a complete file with random access. */
export interface DiskToWrite {
  /** Size of the disk in bytes. */
  readonly virtualSize: number;
  /**
   * Ranges that may hold data, `[position, length]` in bytes: ascending, not overlapping, within the disk. Bytes
   * outside them read as zeros; bytes inside may be zeros too.
   */
  readonly extents: readonly (readonly [position: number, length: number])[];
  /** Descriptor of the raw file, for threads that read directly. */
  readonly fd?: number | undefined;
  /** Reports the position that such threads have reached, for progress. */
  reached?: ((position: number) => void) | undefined;
  /** Reads up to `length` bytes; returns fewer only at the end of the disk. */
  read(position: number, length: number): Promise<Uint8Array>;
}

/**
 * A new, empty file. Ranges that are never written read as zeros, and blocks of 4 KiB that are all zeros stay holes.
 * No byte may be written twice: zeros over data would be skipped.
 */
export interface WriterSink {
  /** Absent if all data must pass through `write`. Threads leave out the blocks that `write` would leave out. */
  readonly file?: Pick<SinkFile, 'fd' | 'wrote'> | undefined;
  /** Sets the length of the file. May be called at any time; without it the file ends with the last byte written. */
  setSize(bytes: number): Promise<void>;
  /** Writes may come in any order and in parallel. The caller must not change `bytes` until the promise resolves. */
  write(position: number, bytes: Uint8Array): Promise<void>;
}

/** What a writer receives besides its disk and its file. */
export interface WriteContext {
  /** A value for every option of the writer: the caller's, or the default. */
  options: Readonly<Record<string, string>>;
  signal: AbortSignal;
  log: Log;
  tasks: DecodeTasks;
}

/** One option of a writer, as in `qcow2,compression=zstd`. */
export interface WriterOption {
  values: readonly string[];
  default: string;
}

/**
 * Writes a raw disk in another format; the counterpart of `Disk`. The same disk and options give the same bytes: no
 * timestamps, no random ids.
 */
export interface DiskWriter {
  kind: 'writer';
  /** Its name in `to` and `format`; equal to the id of the reader if there is one. */
  id: string;
  /** Version of this contract that the writer implements; default: 1. */
  apiVersion?: 1 | undefined;
  /** Without a dot: an output file with this extension selects the writer. Absent: only its id does. */
  extension?: string | undefined;
  options?: Readonly<Record<string, WriterOption>> | undefined;
  /** Rejects with a typed error if the format cannot hold the disk. Called before the file is created. */
  check(disk: Pick<DiskToWrite, 'virtualSize'>, options: WriteContext['options']): Promise<void>;
  /** Resolves after the last byte is in `out`. Reads piece by piece, and ends soon after `signal` is aborted. */
  write(disk: DiskToWrite, out: WriterSink, context: WriteContext): Promise<void>;
}
