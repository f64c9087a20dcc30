import { createHash } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inCache } from '../cache/cache-error.ts';
import { readCount, readFlag, readHex } from '../cache/records/values.ts';
import type { Staging } from '../cache/staging.ts';
import { ifRange, type Validators } from '../http/bodies/byte-range.ts';
import { defined } from '../kit/defined.ts';
import { publicUrl } from '../kit/public-url.ts';
import { parseOptional, parseRecord, parseText } from '../kit/records.ts';

/** What `download.json` says of the download beside it: for callers that wait, and for a call that continues it. */
export interface DownloadNote {
  /** Where it comes from, without what could be a secret. */
  url: string;
  /** sha256 of the whole address, so that another one is told from it. */
  addressHash: string;
  /** `hashAddress` of the place that served it, after rewrites and redirects. */
  place?: string;
  /** How it came: through a mirror, or over plain http. */
  mirrored?: boolean;
  plain?: boolean;
  /** Id of the tier whose copy it is: a later call may continue it from any place that gives such a file. */
  tier?: string;
  /** Length of the whole file. */
  sizeBytes: number | undefined;
  /** Strong ones only. */
  validators: Validators;
  /** The server takes Range requests. */
  ranges: boolean;
  /** Bytes of more than one transfer lie in the file: a digest that differs may be the fault of the seam. */
  joined: boolean;
  /** Where bytes are written out of order: how many from the start are there. Otherwise the length of the file says it. */
  readyBytes?: number;
}

export function hashAddress(url: URL): string {
  return createHash('sha256').update(url.href).digest('hex');
}

/** The place that serves a file, whatever its query: a link may be good for one request only. */
export function hashPlace(url: URL): string {
  return hashAddress(new URL(url.pathname, url.origin));
}

export function noteFor(
  address: URL,
  about: Omit<DownloadNote, 'url' | 'addressHash'>,
): DownloadNote {
  return { url: publicUrl(address), addressHash: hashAddress(address), ...about };
}

export function formatNote(note: DownloadNote): string {
  return `${JSON.stringify({ ...note, sizeBytes: note.sizeBytes ?? null })}\n`;
}

/** Inverse of `formatNote`; throws for anything else. */
export function parseNote(text: string): DownloadNote {
  const row = parseRecord(JSON.parse(text), 'note');
  return {
    url: parseText(row['url'], 'url'),
    addressHash: readHex(row['addressHash'], 'addressHash', 64),
    sizeBytes: parseOptional(row['sizeBytes'], 'sizeBytes', readCount),
    validators: parseValidators(row['validators']),
    ranges: readFlag(row['ranges'], 'ranges'),
    joined: readFlag(row['joined'], 'joined'),
    ...defined({
      place: parseOptional(row['place'], 'place', (value, where) => readHex(value, where, 64)),
      mirrored: parseOptional(row['mirrored'], 'mirrored', readFlag),
      plain: parseOptional(row['plain'], 'plain', readFlag),
    }),
    ...defined({ tier: parseOptional(row['tier'], 'tier', parseText) }),
    ...defined({ readyBytes: parseOptional(row['readyBytes'], 'readyBytes', readCount) }),
  };
}

/** The note of a staging folder; `undefined` where there is none that can be read: torn, foreign or of another version. */
export async function readNote(staging: Staging): Promise<DownloadNote | undefined> {
  const handle = await staging.reopen(staging.downloadJson);
  if (handle === undefined) return undefined;
  try {
    return parseNote(await handle.readFile('utf8'));
  } catch {
    return undefined;
  } finally {
    await handle.close();
  }
}

/**
 * Puts a note in place in one step: a reader sees the old one or the new one. It need not reach the platter, as what a
 * loss of power leaves is judged by a digest or not continued.
 */
export async function writeNote(staging: Staging, note: DownloadNote): Promise<void> {
  const temporary = join(staging.dir, 'download.json.new');
  await inCache(staging.downloadJson, 'write', async () => {
    await rm(temporary, { force: true });
    const handle = await staging.create(temporary);
    await handle.writeFile(formatNote(note)).finally(() => handle.close());
    await rename(temporary, staging.downloadJson);
  });
}

/** True when a later call may continue the download that this note describes. */
export function isResumable(note: DownloadNote | undefined): note is DownloadNote {
  return note !== undefined && ifRange(note.validators) !== undefined;
}

function parseValidators(value: unknown): Validators {
  const row = parseRecord(value, 'validators');
  const etag = parseOptional(row['etag'], 'etag', parseText);
  const lastModified = parseOptional(row['lastModified'], 'lastModified', parseText);
  if (etag !== undefined && !/^"[^"\p{Cc}]*"$/u.test(etag)) throw new Error('no strong ETag');
  if (lastModified !== undefined && Number.isNaN(Date.parse(lastModified))) {
    throw new Error('no date');
  }
  return defined({ etag, lastModified });
}
