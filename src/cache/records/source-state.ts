import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { defined } from '../../kit/defined.ts';
import { parseOptional, parseRecord, parseText } from '../../kit/records.ts';
import { asBookkeeping } from '../bookkeeping.ts';
import type { Cache } from '../cache.ts';
import { placeText } from '../entries/place-text.ts';
import { readSmallFile } from '../read-small-file.ts';
import { readTime } from './values.ts';

/** Which disks follow each other: builds of one source. */
export interface SourceKey {
  vendor: string;
  release: string;
  variant: string;
  arch: string;
  parametersHash?: string | undefined;
}

/** The newest that was accepted of a source: what comes later may not be older. */
export interface SourceState {
  /** Absent before the first. */
  snapshot?: string;
  /** When the documents of an address were signed, ISO 8601. */
  signed: Record<string, string>;
}

/** What is known of a source; nothing where nothing was kept, or what was kept cannot be read (the caller is warned). */
export async function readSourceState(cache: Cache, key: SourceKey): Promise<SourceState> {
  const path = pathOf(cache, key);
  const what = 'what was accepted before is not known';
  const text = await asBookkeeping(cache, what, undefined, () => readSmallFile(path));
  if (text === undefined) return { signed: {} };
  try {
    return parseState(text);
  } catch (cause) {
    const message = `damaged state: ${cause instanceof Error ? cause.message : String(cause)}`;
    cache.log({ level: 'warn', message, data: { path } });
    return { signed: {} };
  }
}

/**
 * Keeps the newest, under the lock of a name that belongs to the source. Of two writers of different names the last one
 * wins, and both are newer than what was there.
 */
export async function writeSourceState(
  cache: Cache,
  name: string,
  key: SourceKey,
  state: SourceState,
): Promise<void> {
  const text = `${JSON.stringify({ schema: 1, source: key, ...state })}\n`;
  await asBookkeeping(cache, 'what was accepted is not noted', undefined, () =>
    placeText(cache, name, pathOf(cache, key), text),
  );
}

function pathOf(cache: Cache, key: SourceKey): string {
  const { vendor, release, variant, arch, parametersHash = '' } = key;
  const text = JSON.stringify([vendor, release, variant, arch, parametersHash]);
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return join(cache.folder('state'), `${hash}.json`);
}

function parseState(text: string): SourceState {
  const value = parseRecord(JSON.parse(text), 'state');
  if (value['schema'] !== 1) throw new Error('schema should be 1');
  const signed = Object.entries(parseRecord(value['signed'], 'signed'));
  return defined({
    snapshot: parseOptional(value['snapshot'], 'snapshot', parseText),
    signed: Object.fromEntries(signed.map(([url, time]) => [url, readTime(time, `signed ${url}`)])),
  });
}
