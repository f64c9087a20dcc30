import type { BootEntry, BootKernel, BootPart, DiskBoot } from './boot.ts';
import type { DiskContent } from './opened-disk.ts';

/** A boot entry as plain data. */
export interface BootEntryFacts extends Omit<BootEntry, 'kernel' | 'initrd'> {
  readonly kernel: Omit<BootKernel, 'open'>;
  readonly initrd: readonly Omit<BootPart, 'open'>[];
}

/** How the system of a disk starts, as plain data. */
export interface DiskBootFacts extends Omit<DiskBoot, 'entry'> {
  readonly entry: BootEntryFacts;
}

/** What a disk holds and how it starts, as `inspectImage` tells it. */
export interface DiskInspection extends DiskContent {
  /** Absent where nothing starts Linux. */
  boot?: DiskBootFacts;
  /** Why what starts the disk cannot be read. */
  bootRefusal?: { reason: string; message: string };
}
