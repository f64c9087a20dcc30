import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../contracts/log.ts';
import { publicUrl } from '../../kit/public-url.ts';
import { parseNumber, parseOptional, parseRecord, parseText } from '../../kit/records.ts';

/** The last version of a document, and the values for a conditional request. */
export interface StoredDocument {
  /** Without user info and query. */
  finalUrl: URL;
  /** `addressKey` of the complete final address. */
  finalKey: string;
  mirrored: boolean;
  etag: string | undefined;
  lastModified: string | undefined;
  storedAt: string;
  bytes: Uint8Array;
}

/**
 * Documents on disk, by rewritten address and `accept`. The methods never throw, because the store only saves work.
 */
export interface MetadataStore {
  read(url: URL, accept: string, maxBytes: number): Promise<StoredDocument | undefined>;
  write(url: URL, accept: string, document: StoredDocument): Promise<void>;
}

const maxRecordBytes = 64 * 1024;

/** The file name for an address in the store. */
export function addressKey(url: URL): string {
  return createHash('sha256').update(url.href).digest('hex');
}

/**
 * Stores documents in `directory`, with one body file and one record file each; the folder is created with the first
 * write.
 */
export function createMetadataStore(directory: string, log: Log): MetadataStore {
  const place = (url: URL, extension: string): string =>
    join(directory, `${addressKey(url)}.${extension}`);
  let complained = false;
  return {
    async read(url, accept, maxBytes) {
      try {
        const text = new TextDecoder().decode(
          await readRegular(place(url, 'json'), maxRecordBytes),
        );
        const record = parseStored(JSON.parse(text));
        if (record.accept !== accept) return undefined;
        const bytes = await readRegular(place(url, 'body'), maxBytes);
        return sha256(bytes) === record.sha256 ? { ...record.document, bytes } : undefined;
      } catch {
        // Absent, damaged, mixed from two writers or foreign: in every case the document is fetched again.
        return undefined;
      }
    },
    async write(url, accept, document) {
      const { bytes, finalUrl, ...facts } = document;
      const record = {
        version: 1,
        url: publicUrl(url),
        finalUrl: publicUrl(finalUrl),
        ...facts,
        accept,
        sizeBytes: bytes.length,
        sha256: sha256(bytes),
      };
      try {
        await mkdir(directory, { recursive: true });
        await replaceFile(place(url, 'body'), bytes);
        await replaceFile(place(url, 'json'), `${JSON.stringify(record, undefined, 2)}\n`);
      } catch (error) {
        if (complained) return;
        complained = true;
        const reason = error instanceof Error ? error.message : String(error);
        log({ level: 'warn', message: `documents cannot be stored: ${reason}` });
      }
    },
  };
}

function parseStored(value: unknown): {
  accept: string;
  sha256: string;
  document: Omit<StoredDocument, 'bytes'>;
} {
  const record = parseRecord(value, 'record');
  if (parseNumber(record['version'], 'version') !== 1) throw new Error('another version');
  return {
    accept: parseText(record['accept'], 'accept'),
    sha256: parseText(record['sha256'], 'sha256'),
    document: {
      finalUrl: new URL(parseText(record['finalUrl'], 'finalUrl')),
      finalKey: parseText(record['finalKey'], 'finalKey'),
      mirrored: record['mirrored'] === true,
      etag: parseOptional(record['etag'], 'etag', parseText),
      lastModified: parseOptional(record['lastModified'], 'lastModified', parseText),
      storedAt: parseText(record['storedAt'], 'storedAt'),
    },
  };
}

async function readRegular(path: string, maxBytes: number): Promise<Uint8Array> {
  const facts = await lstat(path);
  if (!facts.isFile() || facts.size > maxBytes) throw new Error('not a file of ours');
  const { buffer, byteOffset, byteLength } = await readFile(path);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Longer than any write takes; an older temporary file was left by a killed process. */
const writingMs = 60_000;

/**
 * Replaces a file in one step. If another process is writing the same file, or was just killed while writing it, this
 * file is not written: there is never more than one temporary file.
 */
async function replaceFile(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = `${path}.new`;
  const age = await lstat(temporary).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
  if (age > writingMs) await rm(temporary, { force: true });
  try {
    await writeFile(temporary, content, { flag: 'wx' });
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, 'code') === 'EEXIST') return;
    await rm(temporary, { force: true });
    throw error;
  }
  try {
    // Readable by other users of the cache, whatever the umask.
    await chmod(temporary, 0o644);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
