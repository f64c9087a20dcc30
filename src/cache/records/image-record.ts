import type { Extents } from '../../bytes/extents.ts';
import type { AllowedDefect } from '../../contracts/allowance.ts';
import type { ImageContent, ImageIdentity } from '../../contracts/image.ts';
import type { Warning } from '../../contracts/log.ts';
import type { Digest, Signer, TrustLevel } from '../../contracts/proof.ts';
import type { GuestFacts } from '../../contracts/vendor.ts';
import type { BlockDigests, ContentDigestText } from '../digest/content-digest.ts';

/** The artifact as it was published upstream. `url` has no user info and no query; digests are hex. */
export interface SourceRecord {
  url: string;
  /** Other addresses of the same bytes. */
  mirrors?: string[];
  fileName: string;
  sha256: string;
  /** Present only if a proof or a pin stated one. */
  sha512?: string;
  sizeBytes: number;
  /** Id of the tier that the bytes came from; absent if they came from upstream. */
  tier?: string;
  /** The file itself is kept as `<name>.source`. */
  kept: boolean;
}

/** The file in the cache. */
export interface DiskRecord {
  sizeBytes: number;
  /** Integer milliseconds as `stat` gives them; a whole second, so that it can be restored exactly. */
  mtimeMs: number;
  /** Size in bytes of the disk that the file contains. */
  virtualSize: number;
  contentDigest: ContentDigestText;
  /** Hex digest of the whole file; only if it is known without reading the file again. */
  sha256?: string;
}

/** The trust level of the bytes when they were fetched, and its reasons. `signedAt` is ISO 8601. */
export interface TrustRecord {
  level: TrustLevel;
  /** The best level that the source offered at that time; `auto` requires it of a hit. */
  offered: TrustLevel;
  /** True if the caller gave the digest. */
  pinned: boolean;
  signer?: Signer;
  signedAt?: string;
  warnings: Warning[];
}

/** The evidence for the level. */
export interface EvidenceRecord {
  /** Expected digests of the artifact, and of the decoded disk. */
  digests: Digest[];
  diskDigests?: Digest[];
  documents: { url: string; sha256: string }[];
}

/** Everything known about an entry. Written once; requests, aliases and a better proof may be added later. */
export interface ImageRecord {
  schema: 1;
  /** The name of the entry it describes; a renamed record is invalid. */
  name: string;
  identity: ImageIdentity;
  parameters: Record<string, string>;
  format: string;
  /** Keys from `formatRequestKey` of the requests answered with this entry. */
  requests: string[];
  /** Names from a lock file or catalog answered with this entry. */
  aliases: string[];
  source: SourceRecord;
  disk: DiskRecord;
  /** Only in records of version 0.1; later versions keep the extents in the table of blocks. */
  extents?: Extents;
  /** Version of the decoder that wrote the disk. */
  decoder: string;
  /** Format ids as found, outermost first. */
  layers: string[];
  /** Defects of the image that were allowed; absent if there were none. */
  allowed?: AllowedDefect[];
  trust: TrustRecord;
  evidence: EvidenceRecord;
  guest?: GuestFacts;
  /** Facts read from the disk when it was made; absent for files that are not raw disks. */
  content?: ImageContent;
  /** Other facts of the resolution, such as the member of an archive or the kernel arguments. */
  facts: Record<string, string>;
  /** ISO 8601. */
  created: string;
}

/**
 * The record as JSON text that people can read, with a long list of extents on one line. Inverse of
 * `parseImageRecord`.
 */
export function formatRecord(record: ImageRecord): string {
  if (record.extents === undefined) return `${JSON.stringify(record, undefined, 2)}\n`;
  const text = JSON.stringify({ ...record, extents: [] }, undefined, 2);
  // A string in JSON text never contains a line break, so only the real member matches.
  return `${text.replace(/^ {2}"extents": \[\]/m, () => `  "extents": ${JSON.stringify(record.extents)}`)}\n`;
}

/** The part of a record that the publisher provides; the rest is read from the file. */
export type RecordDraft = Omit<
  ImageRecord,
  'schema' | 'name' | 'created' | 'source' | 'disk' | 'extents'
> & {
  source: Omit<SourceRecord, 'kept'>;
  /** Ranges of the disk that hold data; for its table of blocks. */
  extents: Extents;
  disk: {
    virtualSize: number;
    /**
     * Present if the blocks were digested while decoding; otherwise publishing reads the data of the disk once more.
     */
    blocks?: BlockDigests | undefined;
    /** Hex digest of the whole file, if known. */
    sha256?: string | undefined;
  };
};
