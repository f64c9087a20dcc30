import type { SinkFile } from './bytes.ts';
import type { DecodeTasks } from './format.ts';
import type { Log } from './log.ts';

/** A raw disk that is to be written in another format: a complete file with random access. */
export interface DiskToWrite {
  /** Bytes of the disk. */
  readonly virtualSize: number;
  /**
   * Ranges that may hold data, `[position, length]` in bytes: ascending, not overlapping, within the disk. What lies outside
   * reads as zeros; what lies inside may be zeros too.
   */
  readonly extents: readonly (readonly [position: number, length: number])[];
  /** Descriptor of the raw file, for threads that read by themselves. */
  readonly fd?: number | undefined;
  /** Told how far into the disk such threads have come, so that progress is shown. */
  reached?: ((position: number) => void) | undefined;
  /** Short only at the end of the disk. */
  read(position: number, length: number): Promise<Uint8Array>;
}

/**
 * A new, empty file. Ranges that are never written read as zeros, and blocks of 4 KiB that are all zeros stay holes. No byte
 * may be written twice: zeros over data would be passed over.
 */
export interface WriterSink {
  /** Absent where everything has to pass through `write`. Threads leave out what `write` would leave out. */
  readonly file?: Pick<SinkFile, 'fd' | 'wrote'> | undefined;
  /** Fixes the length of the file. May be called at any time; without it the file ends with the last byte written. */
  setSize(bytes: number): Promise<void>;
  /** Writes may come in any order and in parallel. `bytes` must not be changed until the promise resolves. */
  write(position: number, bytes: Uint8Array): Promise<void>;
}

/** What a writer is given beside its disk and its file. */
export interface WriteContext {
  /** A value for every option of the writer: the caller's, or its default. */
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
 * Writes a raw disk in another format; the counterpart of `Disk`. The same disk and options give the same bytes: no time
 * stamps, no random ids.
 */
export interface DiskWriter {
  kind: 'writer';
  /** What `to` and `format` call it; the id of the reader where there is one. */
  id: string;
  /** Version of this contract that it was written for; default: 1. */
  apiVersion?: 1 | undefined;
  /** Without a dot: an output file with this ending selects the writer. Absent: only its id does. */
  extension?: string | undefined;
  options?: Readonly<Record<string, WriterOption>> | undefined;
  /** Rejects with a typed error for a disk that the format cannot hold. Called before the file is made. */
  check(disk: Pick<DiskToWrite, 'virtualSize'>, options: WriteContext['options']): Promise<void>;
  /** Resolves after the last byte is in `out`. Reads piece by piece, and ends soon once `signal` is aborted. */
  write(disk: DiskToWrite, out: WriterSink, context: WriteContext): Promise<void>;
}
