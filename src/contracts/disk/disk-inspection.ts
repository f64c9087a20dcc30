import type { BootEntry, BootKernel, BootPart, DiskBoot } from './boot.ts';
import type { DiskContent } from './opened-disk.ts';

/** A boot entry as plain data. */
export interface BootEntryFacts extends Omit<BootEntry, 'kernel' | 'initrd'> {
  readonly kernel: Omit<BootKernel, 'open'>;
  readonly initrd: readonly Omit<BootPart, 'open'>[];
}

/** How the system on a disk boots, as plain data. */
export interface DiskBootFacts extends Omit<DiskBoot, 'entry'> {
  readonly entry: BootEntryFacts;
}

/** The content of a disk and how it boots, as `inspectImage` returns it. */
export interface DiskInspection extends DiskContent {
  /** Absent if no boot entry for Linux was found. */
  boot?: DiskBootFacts;
  /** Why the boot configuration cannot be read. */
  bootRefusal?: { reason: string; message: string };
}
