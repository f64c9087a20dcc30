import { asBookkeeping } from '../bookkeeping.ts';
import type { Cache } from '../cache.ts';
import { formatRecord, type ImageRecord } from '../records/image-record.ts';
import { parseImageRecord } from '../records/parse-image-record.ts';
import { placeText } from './place-text.ts';
import type { Entry } from './read.ts';

/** What may change in a record after publishing: who asked for it, and a better proof of the same source. */
export interface RecordChange {
  /** Added to those that are there. */
  requests?: readonly string[] | undefined;
  /** Added to those that are there. */
  aliases?: readonly string[] | undefined;
  trust?: ImageRecord['trust'] | undefined;
  evidence?: ImageRecord['evidence'] | undefined;
  facts?: ImageRecord['facts'] | undefined;
}

/**
 * Changes the record of an entry under its lock, and gives back the entry with the changed record. A change that
 * changes nothing writes nothing; where nothing can be written the change is good for this call only.
 */
export async function rewriteRecord(
  cache: Cache,
  entry: Entry,
  change: RecordChange,
): Promise<Entry> {
  const record: ImageRecord = {
    ...entry.record,
    requests: union(entry.record.requests, change.requests),
    aliases: union(entry.record.aliases, change.aliases),
    trust: change.trust ?? entry.record.trust,
    evidence: change.evidence ?? entry.record.evidence,
    facts: change.facts ?? entry.record.facts,
  };
  if (!cache.writable || JSON.stringify(record) === JSON.stringify(entry.record)) {
    return { ...entry, record };
  }
  const what = `the record of ${entry.name} is not brought up to date`;
  return await asBookkeeping(cache, what, { ...entry, record }, async () => ({
    ...entry,
    record: await writeRecord(cache, record),
  }));
}

/** Both lists, each text once, sorted. */
export function union(a: readonly string[], b: readonly string[] = []): string[] {
  return [...new Set([...a, ...b])].sort();
}

/** Puts a record in place. Needs the lock of its name. Gives back what a reader will see. */
export async function writeRecord(cache: Cache, record: ImageRecord): Promise<ImageRecord> {
  const text = formatRecord(record);
  // What could not be read back would make a disk that is never found.
  const stored = parseImageRecord(text);
  await placeText(cache, record.name, cache.recordPathOf(record.name), text);
  return stored;
}
