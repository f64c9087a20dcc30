import type { ImageRecord } from '../../cache/records/image-record.ts';

/** What the record says of trust, and of the requests that it answered, does not count here. */
export function withoutClaims(
  record: ImageRecord,
  isPinned: boolean,
  isSource: boolean,
): ImageRecord {
  const level = isPinned ? 'pinned' : 'none';
  const message = 'the disk was imported; what its vendor signed was not checked here';
  return {
    ...record,
    requests: [],
    aliases: [],
    source: { ...record.source, kept: isSource },
    // What is not known to offer less counts as signed: `auto` does not take an imported disk that no digest named.
    trust: {
      ...{ level, pinned: isPinned, offered: isPinned ? level : 'signed' },
      warnings: [{ code: 'imported', message }],
    },
    evidence: { digests: [], documents: [] },
  };
}
