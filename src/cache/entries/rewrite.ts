import { asBookkeeping } from '../bookkeeping.ts';
import type { Cache } from '../cache.ts';
import { requireLock } from '../locks/name-lock.ts';
import { formatRecord, type ImageRecord } from '../records/image-record.ts';
import { noteEntries, noteOf, readNoted } from '../records/noted-entries.ts';
import { parseImageRecord } from '../records/parse-image-record.ts';
import { findEntries } from './find.ts';
import { placeText } from './place-text.ts';
import type { Entry } from './read.ts';

/** What may change in a record after publishing: its requests, its aliases, and a better proof of the same source. */
export interface RecordChange {
  /** Added to the recorded ones. */
  requests?: readonly string[] | undefined;
  /** Added to the recorded ones. */
  aliases?: readonly string[] | undefined;
  trust?: ImageRecord['trust'] | undefined;
  evidence?: ImageRecord['evidence'] | undefined;
  facts?: ImageRecord['facts'] | undefined;
}

/**
 * Changes the record of an entry under its lock and returns the entry with the changed record. Writes nothing if the
 * record would stay the same. In a read-only cache the change lasts for this call only.
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
  const what = `the record of ${entry.name} was not updated`;
  return await asBookkeeping(cache, what, { ...entry, record }, async () => {
    await requireLock(cache, entry.name);
    for (const request of record.requests) {
      if (!entry.record.requests.includes(request)) await noteAnswer(cache, request, record);
    }
    return { ...entry, record: await writeRecord(cache, record) };
  });
}

/** An existing disk answers this request for the first time; another disk that answered it may be newer. */
async function noteAnswer(cache: Cache, request: string, record: ImageRecord): Promise<void> {
  const { vendor, arch } = record.identity;
  const isNoted = (await readNoted(cache, request)) !== undefined;
  const others = isNoted ? [] : await findEntries(cache, { vendor, arch, request });
  const notes = [...others.map((other) => noteOf(other.record)), noteOf(record)];
  await noteEntries(cache, [request], notes, { begin: true });
}

/** Union of both lists, without duplicates, sorted. */
export function union(a: readonly string[], b: readonly string[] = []): string[] {
  return [...new Set([...a, ...b])].sort();
}

/** Writes a record in place. Needs the lock of its name. Returns the record as a reader will see it. */
export async function writeRecord(cache: Cache, record: ImageRecord): Promise<ImageRecord> {
  const { text, stored } = formatStored(record);
  await placeText(cache, record.name, cache.recordPathOf(record.name), text);
  return stored;
}

/**
 * The text of a record, and the record as a reader will see it: if the text could not be read back, the disk would
 * never be found.
 */
export function formatStored(record: ImageRecord): { text: string; stored: ImageRecord } {
  const text = formatRecord(record);
  return { text, stored: parseImageRecord(text) };
}
