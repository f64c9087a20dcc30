import type { ContentDigestText } from './digest/content-digest.ts';
import type { ImageRecord, SourceRecord } from './image-record.ts';

/** What publishing is told of an entry; the rest of its record is read off the file. */
export type RecordDraft = Omit<ImageRecord, 'schema' | 'name' | 'created' | 'source' | 'disk'> & {
  source: Omit<SourceRecord, 'kept'>;
  disk: {
    virtualSize: number;
    /** Where it was computed while decoding; otherwise publishing reads the data of the disk once more. */
    contentDigest?: ContentDigestText | undefined;
    /** Hex, of the whole file, where it is known. */
    sha256?: string | undefined;
  };
};
