import type { Extents } from '../../bytes/extents.ts';
import type { AllowedDefect } from '../../contracts/allowance.ts';
import type { ImageContent, ImageIdentity } from '../../contracts/image.ts';
import type { Warning } from '../../contracts/log.ts';
import type { Digest, Signer, TrustLevel } from '../../contracts/proof.ts';
import type { GuestFacts } from '../../contracts/vendor.ts';
import type { BlockDigests, ContentDigestText } from '../digest/content-digest.ts';

/** The artifact as it was published upstream. `url` is without user info and query; digests are hex. */
export interface SourceRecord {
  url: string;
  /** Other addresses of the same bytes. */
  mirrors?: string[];
  fileName: string;
  sha256: string;
  /** Only where a proof or a pin stated one. */
  sha512?: string;
  sizeBytes: number;
  /** Id of the tier whose copy of it was read; absent where upstream's was. */
  tier?: string;
  /** The file itself is kept as `<name>.source`. */
  kept: boolean;
}

/** The file in the cache. */
export interface DiskRecord {
  sizeBytes: number;
  /** As `stat` gives it; a whole second, so that it can be restored exactly. */
  mtimeMs: number;
  /** Bytes of the disk inside. */
  virtualSize: number;
  contentDigest: ContentDigestText;
  /** Hex, of the whole file; only where it is known without another pass. */
  sha256?: string;
}

/** How far the bytes were trusted when they came, and why. `signedAt` is ISO 8601. */
export interface TrustRecord {
  level: TrustLevel;
  /** The best level that the source was known to offer then; what `auto` demands of a hit. */
  offered: TrustLevel;
  /** The caller gave the digest. */
  pinned: boolean;
  signer?: Signer;
  signedAt?: string;
  warnings: Warning[];
}

/** What the level rests on. */
export interface EvidenceRecord {
  /** Expected digests of the artifact, and of the decoded disk. */
  digests: Digest[];
  diskDigests?: Digest[];
  documents: { url: string; sha256: string }[];
}

/** Everything known of an entry; written once, but for requests, aliases and a better proof that are added later. */
export interface ImageRecord {
  schema: 1;
  /** The entry it describes; a record that was renamed describes nothing. */
  name: string;
  identity: ImageIdentity;
  parameters: Record<string, string>;
  format: string;
  /** Keys from `formatRequestKey` of the requests that led here. */
  requests: string[];
  /** Names from a lock file or catalog that led here. */
  aliases: string[];
  source: SourceRecord;
  disk: DiskRecord;
  /** Only in records of version 0.1; others have them in the table of blocks. */
  extents?: Extents;
  /** Version of the decoder that wrote the disk. */
  decoder: string;
  /** Format ids, outermost first, as found. */
  layers: string[];
  /** What is odd about the image and was allowed; absent where nothing was. */
  allowed?: AllowedDefect[];
  trust: TrustRecord;
  evidence: EvidenceRecord;
  guest?: GuestFacts;
  /** What was read of the disk when it was made; absent for files that are no raw disk. */
  content?: ImageContent;
  /** What else the resolution said, such as the member of an archive or a kernel's arguments. */
  facts: Record<string, string>;
  /** ISO 8601. */
  created: string;
}

/** The record as text: JSON for people too, with a long list of extents on one line. Inverse of `parseImageRecord`. */
export function formatRecord(record: ImageRecord): string {
  if (record.extents === undefined) return `${JSON.stringify(record, undefined, 2)}\n`;
  const text = JSON.stringify({ ...record, extents: [] }, undefined, 2);
  // No string in JSON text holds a line break, so only the real member matches.
  return `${text.replace(/^ {2}"extents": \[\]/m, () => `  "extents": ${JSON.stringify(record.extents)}`)}\n`;
}

/** What publishing is told of an entry; the rest of its record is read off the file. */
export type RecordDraft = Omit<
  ImageRecord,
  'schema' | 'name' | 'created' | 'source' | 'disk' | 'extents'
> & {
  source: Omit<SourceRecord, 'kept'>;
  /** Where the disk holds data; for its table of blocks. */
  extents: Extents;
  disk: {
    virtualSize: number;
    /** Where they were digested while decoding; otherwise publishing reads the data of the disk once more. */
    blocks?: BlockDigests | undefined;
    /** Hex, of the whole file, where it is known. */
    sha256?: string | undefined;
  };
};
