import type { Log, Warning } from './log.ts';

export interface CloneOptions {
  /** Bytes of the disk, a multiple of 512; default: those of the source. A disk grows and never shrinks. */
  size?: number | undefined;
  /** What the clone must be; default: the format of the source, and `qcow2` with `backing`. */
  format?: 'raw' | 'qcow2' | undefined;
  /** Write a qcow2 overlay that has the source as its backing file, in place of a copy. */
  backing?: boolean | undefined;
  /** Move the backup of a GUID partition table to the end of the grown disk; nothing happens to a disk without one. */
  fixGpt?: boolean | undefined;
  /** Replace a file that is there; default: refuse with `ERR_INVALID_REQUEST`. */
  force?: boolean | undefined;
  signal?: AbortSignal | undefined;
  log?: Log | undefined;
  /** Bytes of the source's data that were copied so far, and all of them. Not called for a reflink or an overlay. */
  onProgress?: ((bytes: number, totalBytes: number) => void) | undefined;
}

/** A disk of the caller's own. */
export interface ClonedDisk {
  /** Absolute. */
  path: string;
  /**
   * How it was made: by the file system, which shares the blocks of both (`reflink`), by copying the data and leaving the
   * holes (`copy`), or as an overlay that holds what differs from its backing file (`overlay`).
   */
  method: 'reflink' | 'copy' | 'overlay';
  /** `raw`, or the id of the disk format. */
  format: string;
  /** Length of the file in bytes. */
  sizeBytes: number;
  /** Bytes of the disk inside, where they are known. */
  virtualSize?: number;
  /** Bytes that the file occupies; those that a reflink shares are counted too. */
  allocatedBytes: number;
  /** Absolute path of the backing file; it must not change. */
  backing?: string;
  /**
   * Beside `backing`: whether the cache keeps the backing file for as long as the overlay lies at `path`. False for a file
   * that is in no cache, and where the cache cannot be written.
   */
  backingKept?: boolean;
  /** What `fixGpt` did: moved the backup table, found it in place, or found no GUID partition table. */
  gpt?: 'moved' | 'in-place' | 'absent';
  warnings: Warning[];
}
