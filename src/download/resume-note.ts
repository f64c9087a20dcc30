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

/**
 * The content of `download.json` for the download beside it: for processes that wait, and for a call that resumes it.
 */
export interface DownloadNote {
  /** Its address without parts that could be secret. */
  url: string;
  /** sha256 of the whole address, to distinguish it from other addresses. */
  addressHash: string;
  /** `hashPlace` or `hashAddress` of the final address that served it, after rewrites and redirects. */
  place?: string;
  /** True if it came through a mirror; `plain`: over plain http. */
  mirrored?: boolean;
  plain?: boolean;
  /** Id of the tier whose copy it is: a later call may resume it from any source of such a file. */
  tier?: string;
  /** Length of the whole file. */
  sizeBytes: number | undefined;
  /** Strong validators only. */
  validators: Validators;
  /** True if the server supports Range requests. */
  ranges: boolean;
  /** True if the file holds bytes of more than one transfer: then a wrong digest may be caused by joining them. */
  joined: boolean;
  /**
   * Number of bytes from the start that are there, if bytes are written out of order; otherwise the length of the
   * file tells it.
   */
  readyBytes?: number;
}

export function hashAddress(url: URL): string {
  return createHash('sha256').update(url.href).digest('hex');
}

/** The server and path of a file, without the query: a link may be valid for one request only. */
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

/**
 * The note of a staging folder; `undefined` if there is none that can be read: incomplete, foreign or of another
 * version.
 */
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
 * Replaces a note in one step: a reader sees the old one or the new one. It is not synced, because a download after a
 * power loss is verified by a digest or not resumed.
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

/** True if a later call may resume the download that this note describes. */
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
