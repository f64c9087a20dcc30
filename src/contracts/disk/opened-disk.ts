import type { FilePaths } from '../file-system.ts';
import type { AsyncDisposal } from '../image.ts';
import type { DiskBoot, DiskBootOptions } from './boot.ts';
import type { DiskRoot } from './disk-root.ts';

/** A part of a disk and its content. */
export interface VolumeOnDisk {
  /** `p1` for a partition, `ol/root` for a logical volume, `disk` if there is no partition table. */
  name: string;
  sizeBytes: number;
  /** Number of the partition. */
  number?: number;
  /** Position on the disk in bytes; absent for a logical volume. */
  offset?: number;
  /** GPT: GUID in lower case; MBR: two hex digits. */
  type?: string;
  /** PARTUUID. */
  uuid?: string;
  /** PARTLABEL. */
  label?: string;
  /** The file system, if it can be read. */
  fileSystem?: { id: string; label?: string; uuid?: string };
  /** Why the volume cannot be read, if its content is recognised. */
  refusal?: { reason: string; message: string };
}

/** A file system of the disk that is mounted in the tree of a root. */
export interface MountPoint {
  path: string;
  volume: string;
  subvolume?: string;
  /** Btrfs: number of the subvolume, if fstab does not give its path. */
  subvolumeId?: number;
}

/** The content of a disk, as plain data. */
export interface DiskContent {
  /** `gpt` or `mbr`; absent without a partition table. */
  scheme?: string;
  volumes: VolumeOnDisk[];
  /** Operating systems found on the disk, usually one. */
  roots: DiskRoot[];
  /** Irregularities that did not prevent reading, one sentence each. */
  warnings: string[];
}

/** Files by path, and the file systems that are joined in the tree. */
export interface DiskFiles extends FilePaths {
  /** Empty if a single volume was requested. */
  readonly mounts: readonly MountPoint[];
}

/** A raw disk, open for reading. */
export interface OpenedDisk extends DiskContent, AsyncDisposal {
  sizeBytes: number;
  /**
   * The files of a volume by its name (`p2`, `ol/root`, `disk`; `p2@home` for a Btrfs subvolume). Without a name,
   * those of the only root with the file systems that its fstab mounts; with several roots, those of the root of the
   * default boot entry. Throws `ERR_NOT_FOUND` if there is no such volume or subvolume, and `DecodeError` if it
   * cannot be read or if several roots have no default boot entry.
   */
  files(volume?: string): Promise<DiskFiles>;
  /**
   * How the system on the disk boots: the default entry of its boot loader, or the entry of `kernel`. Throws
   * `ERR_NOT_FOUND` if there is none, and `DecodeError` if a file cannot be read completely or the kernel file is not
   * a kernel.
   */
  boot(options?: DiskBootOptions): Promise<DiskBoot>;
  close(): Promise<void>;
}
