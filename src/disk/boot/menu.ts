import type { BootLoader } from '../../contracts/disk/boot.ts';
import type { DiskRoot } from '../../contracts/disk/disk-root.ts';
import type { FileSystem } from '../../contracts/file-system.ts';
import type { FoundRoot } from '../find-roots.ts';
import type { Mounts } from '../mounts.ts';
import type { ReadVolume } from '../read-volumes.ts';

/** A volume as a boot loader sees it: a file system of its own, whose paths begin at its top. */
export interface BootVolume {
  name: string;
  about: ReadVolume['about'];
  files: FileSystem;
}

/** What a boot loader may look at. */
export interface BootPlaces {
  /** Every volume with a file system that can be read, in the order of the disk. */
  volumes: readonly BootVolume[];
  /** EFI system partitions. */
  esps: readonly BootVolume[];
  /** Where `/boot` lies alone: XBOOTLDR, or a volume that is named `boot`. */
  boot?: BootVolume;
  /** The root, where only one was found, and what is mounted in it. */
  root?: { found: FoundRoot; volume: BootVolume; mounts: Mounts };
}

/** A file that an entry names. */
export interface MenuFile {
  volume: BootVolume;
  /** From the top of the volume (Btrfs: of its top level, or of the subvolume). */
  path: string;
  /** Btrfs: the subvolume whose top the path begins at; absent for the default one. */
  subvolume?: string;
  /** `.linux`: a section of a PE file. */
  section?: string;
}

/** An entry as its configuration says; nothing was opened yet. */
export interface MenuEntry {
  loader: BootLoader;
  id: string;
  title?: string;
  version?: string;
  kernel: MenuFile;
  initrd: MenuFile[];
  cmdline?: string;
  /** The system that a unified kernel image says it starts. */
  system?: DiskRoot['system'];
}

/** What one loader offers. */
export interface Menu {
  entries: MenuEntry[];
  /** Which of the entries starts when nothing is pressed; absent where the configuration names one that is not there. */
  chosen?: MenuEntry;
  warnings: string[];
}
