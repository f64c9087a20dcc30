import type { OpenFile } from '../file-system.ts';
import type { DiskRoot } from './disk-root.ts';

/** Where the boot configuration was read; `files`: there is none, and the newest kernel in `/boot` was taken. */
export type BootLoader = 'bls' | 'uki' | 'grub' | 'extlinux' | 'files';

/** A file of the disk, or a section of one, that a boot loader loads. */
export interface BootPart {
  /** `p1:/boot/vmlinuz-6.1`; `p1:/EFI/Linux/arch.efi#.linux` is a section of a PE file. */
  readonly file: string;
  readonly sizeBytes: number;
  /** Opens the file for reading. Throws `DecodeError` if it cannot be read completely. */
  open(): Promise<OpenFile>;
}

/** The kernel of a boot entry. */
export interface BootKernel extends BootPart {
  /** Packing and architecture: `bzimage/amd64`, `gzip(image)/arm64`, `efi-zboot(zstd)/arm64`. */
  readonly kind: string;
}

/** An entry of the boot menu. */
export interface BootEntry {
  readonly loader: BootLoader;
  /** The loader's name for it: the file name without `.conf`, the id of a menu entry, or a label. */
  readonly id: string;
  readonly title?: string;
  /** Version of the kernel, if the entry or the file name states it. */
  readonly version?: string;
  /** True for exactly one entry of the menu. */
  readonly isDefault: boolean;
  readonly kernel: BootKernel;
  /** In loading order. */
  readonly initrd: readonly BootPart[];
  /**
   * The configured kernel arguments, with variables replaced and runs of blanks reduced to one. Absent if there is no
   * configuration.
   */
  readonly cmdline?: string;
}

/** How the system on a disk boots. */
export interface DiskBoot {
  /** The operating system of the default entry, from its os-release. */
  readonly system?: DiskRoot['system'];
  /** The default entry, or the entry of the requested kernel. */
  readonly entry: BootEntry;
  /** Versions and ids of the whole menu, in its order. */
  readonly menu: readonly Pick<BootEntry, 'loader' | 'id' | 'title' | 'version' | 'isDefault'>[];
  /** Irregularities that did not prevent reading, one sentence each. */
  readonly warnings: readonly string[];
}

/** Options of `OpenedDisk.boot`. */
export interface DiskBootOptions {
  /** Version of the kernel, or id of its entry. If none or several match: `ERR_NOT_FOUND`, with the menu. */
  kernel?: string | undefined;
}
