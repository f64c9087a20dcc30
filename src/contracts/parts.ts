import type { FileSystemFormat, VolumeFormat } from './file-system.ts';
import type { Format } from './format.ts';
import type { AnyVerifier } from './proof.ts';
import type { Target } from './target.ts';
import type { Tier } from './tier.ts';
import type { Vendor } from './vendor.ts';
import type { DiskWriter } from './writer.ts';

/** The parts of a rootdisk. The same id twice within one list is `ERR_DUPLICATE_PART`. */
export interface Parts {
  vendors: readonly Vendor[];
  verifiers: readonly AnyVerifier[];
  /**
   * Readers and writers of disk images, readers of file systems and of partition tables, in the order in which they
   * are tried. Each of these kinds may have one part with the same id.
   */
  formats: readonly (Format | DiskWriter | FileSystemFormat | VolumeFormat)[];
  /** In addition to the targets of this package, which are loaded when an image is delivered. */
  targets?: readonly Target[] | undefined;
  /** Asked for image bytes in this order, before upstream. */
  tiers?: readonly Tier[] | undefined;
}
