import type { DiskBoot, DiskBootOptions } from './boot.ts';
import type { DiskRoot } from './disk-root.ts';
import type { FilePaths } from './file-system.ts';
import type { AsyncDisposal } from './image.ts';

/** A part of a disk and what it holds. */
export interface VolumeOnDisk {
  /** `p1` of a partition, `ol/root` of a logical volume, `disk` where there is no partition table. */
  name: string;
  sizeBytes: number;
  /** Number of the partition. */
  number?: number;
  /** Where it lies on the disk, in bytes; absent for a logical volume. */
  offset?: number;
  /** GUID of GPT in lower case, two hex digits of MBR. */
  type?: string;
  /** PARTUUID. */
  uuid?: string;
  /** PARTLABEL. */
  label?: string;
  /** The file system that can be read. */
  fileSystem?: { id: string; label?: string; uuid?: string };
  /** Why the volume cannot be read, where what it holds is known. */
  refusal?: { reason: string; message: string };
}

/** A file system of the disk that is part of the tree of a root. */
export interface MountPoint {
  path: string;
  volume: string;
  subvolume?: string;
  /** Btrfs: the number of the subvolume, where fstab has no path of it. */
  subvolumeId?: number;
}

/** What a disk holds; plain data. */
export interface DiskContent {
  /** `gpt`, `mbr`; absent without a partition table. */
  scheme?: string;
  volumes: VolumeOnDisk[];
  /** Systems that were found; one of them is usual. */
  roots: DiskRoot[];
  /** What is odd and was read all the same, a sentence each. */
  warnings: string[];
}

/** Files by path, and the file systems that are joined. */
export interface DiskFiles extends FilePaths {
  /** Empty where one volume alone was asked for. */
  readonly mounts: readonly MountPoint[];
}

/** A raw disk that is open for reading. */
export interface OpenedDisk extends DiskContent, AsyncDisposal {
  sizeBytes: number;
  /**
   * The files of a volume by its name (`p2`, `ol/root`, `disk`; `p2@home` of a Btrfs subvolume), or those of the only root with
   * what its fstab mounts; of several roots, that of the default entry of the boot menu. No such volume or subvolume is
   * `ERR_NOT_FOUND`; one that cannot be read, and several roots without such an entry, are a `DecodeError`.
   */
  files(volume?: string): Promise<DiskFiles>;
  /**
   * How the system of the disk starts: the default entry of its boot loader, or that of `kernel`. Nothing there is
   * `ERR_NOT_FOUND`; what cannot be read whole, and a kernel that is none, are a `DecodeError`.
   */
  boot(options?: DiskBootOptions): Promise<DiskBoot>;
  close(): Promise<void>;
}
