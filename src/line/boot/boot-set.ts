import type { Entry } from '../../cache/entries/read.ts';
import type { BootFiles } from '../../contracts/image.ts';

/** The entries that boot a disk. */
export interface BootSet {
  from: BootFiles['from'];
  kernel: Entry;
  initrd?: Entry;
  cmdline?: string;
}
