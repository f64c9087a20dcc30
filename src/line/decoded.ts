import type { Extents } from '../bytes/extents.ts';
import type { BlockDigests } from '../cache/digest/content-digest.ts';
import type { ImageContent } from '../contracts/image.ts';
import type { ArtifactRole } from '../contracts/vendor.ts';
import type { Allowances } from '../image/allowances.ts';

/** A written file. */
export interface WrittenFile {
  /** Format ids found, outermost first. */
  chain: string[];
  /** `raw`, or the id of the disk format that was kept. */
  format: string;
  path: string;
  sizeBytes: number;
  virtualSize: number;
  extents: Extents;
  /** Digests of the bytes at `path`, if they were written here. */
  blocks?: BlockDigests;
  /** The content of a raw disk; settle adds it. */
  content?: ImageContent;
  /** Facts to add to the record. */
  facts?: Record<string, string>;
}

/** A written disk; settle has not yet compared it with the evidence. */
export interface Decoded extends WrittenFile {
  /** What the call allows, and which allowances the image used. */
  allowances: Allowances;
  /** The other members of a bundle. */
  members?: readonly WrittenMember[];
}

/** A member of a bundle besides the planned one. */
export interface WrittenMember extends WrittenFile {
  role: ArtifactRole;
}
