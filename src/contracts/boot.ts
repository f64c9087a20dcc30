import type { DiskRoot } from './disk-root.ts';
import type { OpenFile } from './file-system.ts';

/** Where the way to start a system was read; `files`: the newest kernel of `/boot`, without a configuration. */
export type BootLoader = 'bls' | 'uki' | 'grub' | 'extlinux' | 'files';

/** A file of the disk, or a section of one, that a boot loader loads. */
export interface BootPart {
  /** `p1:/boot/vmlinuz-6.1`; `p1:/EFI/Linux/arch.efi#.linux` is a section of a PE file. */
  readonly file: string;
  readonly sizeBytes: number;
  /** Its bytes; what cannot be read whole is a `DecodeError`. */
  open(): Promise<OpenFile>;
}

export interface BootKernel extends BootPart {
  /** How it is packed, and for which architecture: `bzimage/amd64`, `gzip(image)/arm64`, `efi-zboot(zstd)/arm64`. */
  readonly kind: string;
}

/** An entry of the boot menu. */
export interface BootEntry {
  readonly loader: BootLoader;
  /** As the loader names it: the file name without `.conf`, the id of a menu entry, a label. */
  readonly id: string;
  readonly title?: string;
  /** Version of the kernel, where the entry or the name of its file tells it. */
  readonly version?: string;
  /** One entry of the menu is. */
  readonly isDefault: boolean;
  readonly kernel: BootKernel;
  /** In the order in which they are loaded. */
  readonly initrd: readonly BootPart[];
  /** As configured: variables replaced, single blanks, nothing else changed. Absent where there is no configuration. */
  readonly cmdline?: string;
}

/** How the system of a disk starts. */
export interface DiskBoot {
  /** The system that the default entry starts, from its os-release. */
  readonly system?: DiskRoot['system'];
  /** The default entry, or that of the kernel that was asked for. */
  readonly entry: BootEntry;
  /** The versions and ids of the whole menu, in its order. */
  readonly menu: readonly Pick<BootEntry, 'loader' | 'id' | 'title' | 'version' | 'isDefault'>[];
  /** What is odd and was read all the same, a sentence each. */
  readonly warnings: readonly string[];
}

export interface DiskBootOptions {
  /** The version of the kernel, or the id of its entry; several that fit, and none, are `ERR_NOT_FOUND` with the menu. */
  kernel?: string | undefined;
}
