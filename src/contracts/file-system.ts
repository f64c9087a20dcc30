import type { ByteSource } from './bytes.ts';
import type { Probe } from './format.ts';
import type { Log } from './log.ts';

/** Kind of a directory entry. `other` is a device, a pipe or a socket. */
export type FileKind = 'file' | 'directory' | 'link' | 'other';

/**
 * One file, directory or link inside a file system; links are not followed. Methods that do not fit the kind are not
 * called.
 */
export interface FileNode {
  readonly kind: FileKind;
  /** Length in bytes; for a link, the length of its target; for a directory, 0. */
  readonly sizeBytes: number;
  /** Identifies the file: unique within the file system, and equal for two names of one file. */
  readonly id: string;
  /**
   * Reads bytes of a file, holes as zeros; returns fewer only at its end. Never returns stale or partial data: throws
   * `DecodeError` instead.
   */
  read(position: number, length: number): Promise<Uint8Array>;
  /** The node with this name in this directory; `undefined` if there is none. Never called with `.` or `..`. */
  find(name: string): Promise<FileNode | undefined>;
  /** The entries of this directory without `.` and `..`, in the order of the disk. */
  entries(): AsyncIterable<DirectoryEntry>;
  /** The target of a link as stored: relative to its directory, or from the root of this file system. */
  target(): Promise<string>;
}

/** One name in a directory. */
export interface DirectoryEntry {
  name: string;
  node(): Promise<FileNode>;
}

/** The result of `stat` for a path. */
export interface FileStat {
  kind: FileKind;
  sizeBytes: number;
}

/** An opened file; `open` returns it. */
export interface OpenFile {
  readonly sizeBytes: number;
  /** Reads up to `length` bytes; returns fewer only at the end of the file. */
  read(position: number, length: number): Promise<Uint8Array>;
  stream(): AsyncIterable<Uint8Array>;
}

/**
 * Files by path. A path starts at the root, with or without `/`; `..` at the root stays there. Links are followed
 * inside the file system, forty at most; the last one too, except by `readlink`. Throws `ERR_NOT_FOUND` if nothing
 * has this path, and `ERR_DECODE` with `details.reason` `not-a-file` if it is not a file (or not a directory, not a
 * link).
 */
export interface FilePaths {
  /** The whole file, at most `mostBytes` (default 1 MiB); throws `ERR_LIMIT` for a longer one. */
  read(path: string, options?: { mostBytes?: number }): Promise<Uint8Array>;
  open(path: string): Promise<OpenFile>;
  /** The entries of a directory, sorted by name, each with its kind; links are not followed. */
  list(path: string): Promise<({ name: string } & FileStat)[]>;
  stat(path: string): Promise<FileStat>;
  readlink(path: string): Promise<string>;
}

/** A file system, open for reading. */
export interface FileSystem extends FilePaths {
  /** Name of the format: `ext4`, `xfs`, `btrfs`, `fat32`. */
  readonly id: string;
  readonly label?: string | undefined;
  /** In the form of `root=UUID=`. */
  readonly uuid?: string | undefined;
  /** Irregularities that did not prevent reading, one sentence each. */
  readonly warnings: readonly string[];
  /** The root directory, for callers that join several file systems into one tree. */
  readonly root: FileNode;
  /** Btrfs only: the root of another subvolume, by its path from the top level. */
  subvolume?(path: string): Promise<FileNode>;
  /** Btrfs only: the root of another subvolume by its number, as in `subvolid=`; 0 and 5 are the top level. */
  subvolumeById?(id: number): Promise<FileNode>;
}

/** What a file system or volume format receives besides the bytes. */
export interface FileSystemContext {
  signal: AbortSignal;
  log: Log;
}

/** A file system format. */
export interface FileSystemFormat {
  kind: 'filesystem';
  id: string;
  /** Version of this contract that the format implements; default: 1. */
  apiVersion?: 1 | undefined;
  /** Cheap, never throws, reads only the probe, which is the first 256 KiB of the volume. */
  detect(probe: Probe): boolean;
  /** Checks the superblock. Throws `DecodeError` for a file system that it cannot read completely and correctly. */
  open(volume: ByteSource, context: FileSystemContext): Promise<FileSystem>;
}

/** A part of a disk that may hold a file system. */
export interface DiskVolume {
  /** `p1` for a partition, `ol/root` for a logical volume. */
  readonly name: string;
  /** Number of the partition; gaps are common. */
  readonly number?: number | undefined;
  /** Position on the disk in bytes; absent if the volume consists of several ranges. */
  readonly offset?: number | undefined;
  readonly sizeBytes: number;
  readonly source: ByteSource;
  /** GPT: GUID in lower case; MBR: two hex digits. */
  readonly type?: string | undefined;
  /** PARTUUID and PARTLABEL, as in `root=`. */
  readonly uuid?: string | undefined;
  readonly label?: string | undefined;
}

/** The volumes of a disk or of another volume. */
export interface VolumeTable {
  /** `gpt`, `mbr` or `lvm2`. */
  readonly scheme: string;
  readonly volumes: readonly DiskVolume[];
  readonly sectorBytes?: number | undefined;
  /** Irregularities that did not prevent reading, one sentence each. */
  readonly warnings: readonly string[];
}

/** A way to divide a disk into volumes: partition tables, logical volumes. */
export interface VolumeFormat {
  kind: 'volumes';
  id: string;
  /** Version of this contract that the format implements; default: 1. */
  apiVersion?: 1 | undefined;
  /** Cheap, never throws, reads only the probe. True means that the disk may have such a table. */
  detect(probe: Probe): boolean;
  /** `undefined` if the disk has no such table after all. */
  open(disk: ByteSource, context: FileSystemContext): Promise<VolumeTable | undefined>;
}
