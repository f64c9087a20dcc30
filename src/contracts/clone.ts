import type { Log, Warning } from './log.ts';

/** Options of `cloneDisk`. */
export interface CloneOptions {
  /**
   * Size of the disk in bytes, a multiple of 512; default: the size of the source. A disk may grow but not shrink.
   */
  size?: number | undefined;
  /** Format of the clone; default: the format of the source, or `qcow2` with `backing`. */
  format?: 'raw' | 'qcow2' | undefined;
  /** Write a qcow2 overlay with the source as its backing file instead of a copy. */
  backing?: boolean | undefined;
  /** Move the backup of a GUID partition table to the end of the grown disk; no effect on a disk without one. */
  fixGpt?: boolean | undefined;
  /** Replace an existing file; default: refuse with `ERR_INVALID_REQUEST`. */
  force?: boolean | undefined;
  signal?: AbortSignal | undefined;
  log?: Log | undefined;
  /** Called with the bytes of data copied so far and in total. Not called for a reflink or an overlay. */
  onProgress?: ((bytes: number, totalBytes: number) => void) | undefined;
}

/** A disk that belongs to the caller. */
export interface ClonedDisk {
  /** Absolute path of the disk. */
  path: string;
  /**
   * How it was made: `reflink`, the file system shares the blocks of both files; `copy`, the data was copied and
   * holes stayed holes; `overlay`, a file that holds only what differs from its backing file.
   */
  method: 'reflink' | 'copy' | 'overlay';
  /** `raw`, or the id of the disk format. */
  format: string;
  /** Length of the file in bytes. */
  sizeBytes: number;
  /** Size of the contained disk in bytes, if known. */
  virtualSize?: number;
  /** Bytes that the file occupies, including those that a reflink shares. */
  allocatedBytes: number;
  /** Absolute path of the backing file; it must not change. */
  backing?: string;
  /**
   * Present with `backing`: whether the cache keeps the backing file as long as the overlay exists at `path`. False
   * for a file outside the cache, and if the cache cannot be written.
   */
  backingKept?: boolean;
  /**
   * Result of `fixGpt`: the backup table was moved, was already in place, or the disk has no GUID partition table.
   */
  gpt?: 'moved' | 'in-place' | 'absent';
  warnings: Warning[];
}
