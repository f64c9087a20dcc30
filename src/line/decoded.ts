import type { Extents } from '../bytes/extents.ts';
import type { BlockDigests } from '../cache/digest/content-digest.ts';
import type { ImageContent } from '../contracts/image.ts';
import type { ArtifactRole } from '../contracts/vendor.ts';
import type { Allowances } from '../image/allowances.ts';

/** A file that is written. */
export interface WrittenFile {
  /** Format ids found, outermost first. */
  chain: string[];
  /** `raw`, or the id of the disk format that was kept. */
  format: string;
  path: string;
  sizeBytes: number;
  virtualSize: number;
  extents: Extents;
  /** Of the bytes at `path`, where they were written here. */
  blocks?: BlockDigests;
  /** What is on it, where it is a raw disk; settle adds it. */
  content?: ImageContent;
  /** For the record. */
  facts?: Record<string, string>;
}

/** A disk that is written; settle has not compared it with what was proved yet. */
export interface Decoded extends WrittenFile {
  /** What the call allows, and what the image made use of. */
  allowances: Allowances;
  /** The other members of a bundle. */
  members?: readonly WrittenMember[];
}

/** A member of a bundle beside the one that was planned. */
export interface WrittenMember extends WrittenFile {
  role: ArtifactRole;
}
