import type { FileSystemFormat, VolumeFormat } from './file-system.ts';
import type { Format } from './format.ts';
import type { AnyVerifier } from './proof.ts';
import type { Target } from './target.ts';
import type { Tier } from './tier.ts';
import type { Vendor } from './vendor.ts';
import type { DiskWriter } from './writer.ts';

/** What an `ensureImage` is made of. The same id twice within one list is `ERR_DUPLICATE_PART`. */
export interface Parts {
  vendors: readonly Vendor[];
  verifiers: readonly AnyVerifier[];
  /**
   * Readers and writers of images, file systems and what divides a disk, in the order in which they are asked. The same id
   * may stand once for each of these.
   */
  formats: readonly (Format | DiskWriter | FileSystemFormat | VolumeFormat)[];
  /** Beside those of this package, which are loaded when an image is delivered. */
  targets?: readonly Target[] | undefined;
  /** Asked for image bytes in this order, before upstream. */
  tiers?: readonly Tier[] | undefined;
}
