import type { ByteSource } from './bytes.ts';
import type { Probe } from './format.ts';
import type { Log } from './log.ts';

/** What stands under a name. `other` is a device, a pipe or a socket. */
export type FileKind = 'file' | 'directory' | 'link' | 'other';

/** One file, directory or link inside a file system; links are not followed. Methods that do not fit its kind are not called. */
export interface FileNode {
  readonly kind: FileKind;
  /** Length in bytes; of a link, that of its target; of a directory 0. */
  readonly sizeBytes: number;
  /** The same for two names of one file; unique within the file system. */
  readonly id: string;
  /** The bytes of a file, holes as zeros; short only at its end. Never stale or partial ones: a `DecodeError` instead. */
  read(position: number, length: number): Promise<Uint8Array>;
  /** What stands under a name of this directory, `undefined` where nothing does. Never asked for `.` or `..`. */
  find(name: string): Promise<FileNode | undefined>;
  /** The names of this directory without `.` and `..`, in the order of the disk. */
  entries(): AsyncIterable<DirectoryEntry>;
  /** Where a link points, as it says: relative to its directory, or from the root of this file system. */
  target(): Promise<string>;
}

export interface DirectoryEntry {
  name: string;
  node(): Promise<FileNode>;
}

/** What `stat` says of a path. */
export interface FileStat {
  kind: FileKind;
  sizeBytes: number;
}

/** A file with its bytes, as `open` gives it. */
export interface OpenFile {
  readonly sizeBytes: number;
  /** Short only at the end of the file. */
  read(position: number, length: number): Promise<Uint8Array>;
  stream(): AsyncIterable<Uint8Array>;
}

/**
 * Files by path. A path begins at the root, with or without `/`; `..` at the top stays there. Links are followed inside,
 * forty at most; the last one too, but by `readlink`. Nothing there is `ERR_NOT_FOUND`; what stands there and is no file (or
 * no directory, no link) is `ERR_DECODE` with `details.reason` `not-a-file`.
 */
export interface FilePaths {
  /** The whole of a file, at most `mostBytes` of it (default 1 MiB); a longer one is `ERR_LIMIT`. */
  read(path: string, options?: { mostBytes?: number }): Promise<Uint8Array>;
  open(path: string): Promise<OpenFile>;
  /** The names in a directory, sorted, with what each is; links are not followed. */
  list(path: string): Promise<({ name: string } & FileStat)[]>;
  stat(path: string): Promise<FileStat>;
  readlink(path: string): Promise<string>;
}

/** A file system that is open for reading. */
export interface FileSystem extends FilePaths {
  /** Name of the format: `ext4`, `xfs`, `btrfs`, `fat32`. */
  readonly id: string;
  readonly label?: string | undefined;
  /** In the form that `root=UUID=` has. */
  readonly uuid?: string | undefined;
  /** What is odd and was read all the same, a sentence each. */
  readonly warnings: readonly string[];
  /** For those who join several file systems into one tree. */
  readonly root: FileNode;
  /** Btrfs: the root of another subvolume, by its path from the top level. Absent for other file systems. */
  subvolume?(path: string): Promise<FileNode>;
  /** Btrfs: the same by its number, as `subvolid=` has it; 0 and 5 are the top level. */
  subvolumeById?(id: number): Promise<FileNode>;
}

export interface FileSystemContext {
  signal: AbortSignal;
  log: Log;
}

/** A file system format. */
export interface FileSystemFormat {
  kind: 'filesystem';
  id: string;
  /** Version of this contract that it was written for; default: 1. */
  apiVersion?: 1 | undefined;
  /** Cheap, never throws, reads only the probe: the first 256 KiB of the volume. */
  detect(probe: Probe): boolean;
  /** Checks the superblock; refuses what it cannot read whole and right with a `DecodeError`. */
  open(volume: ByteSource, context: FileSystemContext): Promise<FileSystem>;
}

/** A part of a disk that may hold a file system. */
export interface DiskVolume {
  /** `p1` of a partition, `ol/root` of a logical volume. */
  readonly name: string;
  /** Number of the partition; gaps are usual. */
  readonly number?: number | undefined;
  /** Where it lies on the disk, in bytes; absent where it is put together from several places. */
  readonly offset?: number | undefined;
  readonly sizeBytes: number;
  readonly source: ByteSource;
  /** GUID of GPT in lower case, two hex digits of MBR. */
  readonly type?: string | undefined;
  /** PARTUUID and PARTLABEL, as `root=` takes them. */
  readonly uuid?: string | undefined;
  readonly label?: string | undefined;
}

/** The volumes of a disk or of another volume. */
export interface VolumeTable {
  /** `gpt`, `mbr`, `lvm2`. */
  readonly scheme: string;
  readonly volumes: readonly DiskVolume[];
  readonly sectorBytes?: number | undefined;
  /** What is odd and was read all the same, a sentence each. */
  readonly warnings: readonly string[];
}

/** A way to divide a disk: partition tables, logical volumes. */
export interface VolumeFormat {
  kind: 'volumes';
  id: string;
  /** Version of this contract that it was written for; default: 1. */
  apiVersion?: 1 | undefined;
  /** Cheap, never throws, reads only the probe. True says that it may be so. */
  detect(probe: Probe): boolean;
  /** `undefined` where it is no such table after all. */
  open(disk: ByteSource, context: FileSystemContext): Promise<VolumeTable | undefined>;
}
