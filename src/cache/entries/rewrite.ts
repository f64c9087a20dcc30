import { asBookkeeping } from '../bookkeeping.ts';
import type { Cache } from '../cache.ts';
import { requireLock } from '../locks/name-lock.ts';
import { formatRecord, type ImageRecord } from '../records/image-record.ts';
import { noteEntries, noteOf, readNoted } from '../records/noted-entries.ts';
import { parseImageRecord } from '../records/parse-image-record.ts';
import { findEntries } from './find.ts';
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
  return await asBookkeeping(cache, what, { ...entry, record }, async () => {
    await requireLock(cache, entry.name);
    for (const request of record.requests) {
      if (!entry.record.requests.includes(request)) await noteAnswer(cache, request, record);
    }
    return { ...entry, record: await writeRecord(cache, record) };
  });
}

/** A disk that is there answers a request for the first time: another one that did may be newer. */
async function noteAnswer(cache: Cache, request: string, record: ImageRecord): Promise<void> {
  const { vendor, arch } = record.identity;
  const isNoted = (await readNoted(cache, request)) !== undefined;
  const others = isNoted ? [] : await findEntries(cache, { vendor, arch, request });
  const notes = [...others.map((other) => noteOf(other.record)), noteOf(record)];
  await noteEntries(cache, [request], notes, { begin: true });
}

/** Both lists, each text once, sorted. */
export function union(a: readonly string[], b: readonly string[] = []): string[] {
  return [...new Set([...a, ...b])].sort();
}

/** Puts a record in place. Needs the lock of its name. Gives back what a reader will see. */
export async function writeRecord(cache: Cache, record: ImageRecord): Promise<ImageRecord> {
  const { text, stored } = formatStored(record);
  await placeText(cache, record.name, cache.recordPathOf(record.name), text);
  return stored;
}

/** The text of a record, and what a reader will see: what could not be read back would make a disk that is never found. */
export function formatStored(record: ImageRecord): { text: string; stored: ImageRecord } {
  const text = formatRecord(record);
  return { text, stored: parseImageRecord(text) };
}
