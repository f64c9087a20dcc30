import type { ImageRecord } from '../../cache/records/image-record.ts';

/** The record without its trust and the requests that it answered: claims of another cache do not count here. */
export function withoutClaims(
  record: ImageRecord,
  isPinned: boolean,
  isSource: boolean,
): ImageRecord {
  const level = isPinned ? 'pinned' : 'none';
  const message = 'the disk was imported; the signature of its vendor was not checked here';
  return {
    ...record,
    requests: [],
    aliases: [],
    source: { ...record.source, kept: isSource },
    // Sources that are not known to offer less count as `signed`: so `auto` does not accept an imported disk without
    // a digest from the caller.
    trust: {
      ...{ level, pinned: isPinned, offered: isPinned ? level : 'signed' },
      warnings: [{ code: 'imported', message }],
    },
    evidence: { digests: [], documents: [] },
  };
}
