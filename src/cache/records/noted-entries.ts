import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRecord, parseText } from '../../kit/records.ts';
import { asBookkeeping } from '../bookkeeping.ts';
import type { Cache } from '../cache.ts';
import { readSmallFileNow } from '../read-small-file.ts';
import type { ImageRecord } from './image-record.ts';
import { lockState, replaceState } from './state-file.ts';
import { readHex, readList, readTime } from './values.ts';

/** An entry that answered a request, as its record was when it was noted. */
export interface NotedEntry {
  name: string;
  /** ISO 8601. */
  created: string;
  /** Digest of the source, hex. */
  sha256: string;
}

/** Every hit reads the whole list, so it is bounded; older disks are found by searching. */
const mostNoted = 512;

/** The note for a record. */
export function noteOf({ name, created, source }: ImageRecord): NotedEntry {
  return { name, created, sha256: source.sha256 };
}

/**
 * The entries that answered a request, newest first; `undefined` if none are noted or the list cannot be read. It is
 * only a hint: entries may have been removed or replaced since, so the caller must read each one.
 */
export async function readNoted(cache: Cache, request: string): Promise<NotedEntry[] | undefined> {
  try {
    const text = await readSmallFileNow(pathOf(cache, request));
    return text === undefined ? undefined : parseNoted(text, request);
  } catch (error) {
    const message = `the stored list of disks of ${request} is not used: ${error}`;
    cache.log({ level: 'debug', message });
    return undefined;
  }
}

/**
 * Notes entries of requests before their records are written: so an existing list never lacks the newest disk of its
 * request, even if a call is killed. `begin` creates a missing list; use it only when `entries` includes the newest
 * one.
 */
export async function noteEntries(
  cache: Cache,
  requests: readonly string[],
  entries: readonly NotedEntry[],
  { begin }: { begin: boolean },
): Promise<void> {
  for (const request of requests) {
    const change = async () => merge(await readNoted(cache, request), entries, begin);
    // The usual case; checking is cheaper than taking the lock.
    if ((await change()) === undefined) continue;
    const path = pathOf(cache, request);
    const what =
      'the list of disks of a request was not stored, so the next call searches for them';
    const isNoted = await asBookkeeping(cache, what, false, async () => {
      const lock = await lockState(cache, path);
      try {
        const after = await change();
        if (after === undefined) return true;
        const text = JSON.stringify({ schema: 1, request, entries: after });
        await replaceState(path, `${text}\n`);
        return true;
      } finally {
        await lock.release();
      }
    });
    // A list without the newest disk would hide that disk.
    if (!isNoted) await rm(path, { force: true }).catch(() => undefined);
  }
}

/** The new list; `undefined` if nothing changes. */
function merge(
  before: readonly NotedEntry[] | undefined,
  entries: readonly NotedEntry[],
  begin: boolean,
): NotedEntry[] | undefined {
  if (before === undefined && !begin) return undefined;
  const all = new Map([...(before ?? []), ...entries].map((noted) => [noted.name, noted]));
  const after = [...all.values()].sort(laterFirst).slice(0, mostNoted);
  return JSON.stringify(after) === JSON.stringify(before) ? undefined : after;
}

function laterFirst(a: NotedEntry, b: NotedEntry): number {
  if (a.created !== b.created) return a.created < b.created ? 1 : -1;
  return a.name < b.name ? -1 : 1;
}

function pathOf(cache: Cache, request: string): string {
  const text = JSON.stringify(['request', request]);
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return join(cache.folder('state'), `${hash}.json`);
}

function parseNoted(text: string, request: string): NotedEntry[] {
  const value = parseRecord(JSON.parse(text), 'list');
  if (value['schema'] !== 1 || value['request'] !== request)
    throw new Error('it is a list of another request');
  return readList(value['entries'], 'entries', (item, where) => {
    const noted = parseRecord(item, where);
    return {
      name: parseText(noted['name'], `${where}.name`),
      created: readTime(noted['created'], `${where}.created`),
      sha256: readHex(noted['sha256'], `${where}.sha256`, 64),
    };
  });
}
