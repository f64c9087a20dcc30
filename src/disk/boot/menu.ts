import type { BootLoader } from '../../contracts/disk/boot.ts';
import type { DiskRoot } from '../../contracts/disk/disk-root.ts';
import type { FileSystem } from '../../contracts/file-system.ts';
import type { FoundRoot } from '../find-roots.ts';
import type { Mounts } from '../mounts.ts';
import type { ReadVolume } from '../read-volumes.ts';

/** A volume as a boot loader sees it: a separate file system, whose paths start at its root. */
export interface BootVolume {
  name: string;
  about: ReadVolume['about'];
  files: FileSystem;
}

/** The parts of a disk that a boot loader may read. */
export interface BootPlaces {
  /** Every volume with a readable file system, in the order of the disk. */
  volumes: readonly BootVolume[];
  /** EFI system partitions. */
  esps: readonly BootVolume[];
  /** A separate volume for `/boot`: XBOOTLDR, or a volume with the name `boot`. */
  boot?: BootVolume;
  /** The root and its mounts, if only one root was found. */
  root?: { found: FoundRoot; volume: BootVolume; mounts: Mounts };
}

/** A file that an entry names. */
export interface MenuFile {
  volume: BootVolume;
  /** Path from the root of the volume (Btrfs: from its top level, or from the subvolume). */
  path: string;
  /** Btrfs: the subvolume where the path starts; absent for the default one. */
  subvolume?: string;
  /** `.linux`: a section of a PE file. */
  section?: string;
}

/** An entry as its configuration states it; no file was opened yet. */
export interface MenuEntry {
  loader: BootLoader;
  id: string;
  title?: string;
  version?: string;
  kernel: MenuFile;
  initrd: MenuFile[];
  cmdline?: string;
  /** The operating system that a unified kernel image names. */
  system?: DiskRoot['system'];
}

/** The menu of one boot loader. */
export interface Menu {
  entries: MenuEntry[];
  /** The entry that boots by default; absent if the configuration names one that does not exist. */
  chosen?: MenuEntry;
  warnings: string[];
}
